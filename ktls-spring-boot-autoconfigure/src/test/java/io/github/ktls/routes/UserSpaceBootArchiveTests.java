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

package io.github.ktls.routes;

import java.util.EnumSet;

import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.Variant;

/**
 * A deployed application with its TLS in user space.
 */
class UserSpaceBootArchiveTests extends AbstractBootArchiveTests {

	UserSpaceBootArchiveTests() {
		super(Variant.USER_SPACE, EnumSet.allOf(Packaging.class));
	}

	@Override
	void watch(ServerProcess server, Runnable requests, long bytes) {
		requests.run();
	}

}
