/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.ktls.test;

import javax.net.ssl.SSLEngine;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;

import io.github.ktls.secrets.SecretsSource;

/**
 * TLS whose engines are watched, for tests without a pipeline.
 */
public final class WatchedTls {

	private WatchedTls() {
	}

	/**
	 * Return a context that has its engines watched.
	 * @param secrets watches the engines
	 * @param context the context
	 * @return a context that does the same as that one
	 */
	public static SslContext of(SecretsSource secrets, SslContext context) {
		return new DelegatingSslContext(context) {

			@Override
			protected void initEngine(SSLEngine engine) {
				secrets.watch(engine);
			}

		};
	}

}
