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

package io.github.ktls.actuate;

import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.NicOffloadMode;

/**
 * The configuration in force: the properties {@code server.ssl.ktls.*} by their names,
 * without those that {@link RolloutDescriptor} shows.
 *
 * @param mode whether the server would have started where the kernel cannot do it
 * @param activation when a connection is handed over
 * @param activationThreshold the smallest file that has a connection handed over, in
 * bytes
 * @param fallbackChunkSize the size of the pieces in which files are encrypted in user
 * space, in bytes
 * @param maxOpenFiles how many files may be open at once for the responses that send them
 * @param resourceCache the files that resources inside a jar are copied to
 * @param receive whether the kernel is to decrypt, too
 * @param receiveDespiteAdvisories whether it is to do so although its release is known
 * for a bug that a peer can reach
 * @param nicOffload what is to be done about network cards
 * @param immutableFiles whether files never change while they are being sent
 * @param keyUpdate how long keys live
 */
record ConfigurationDescriptor(Mode mode, Activation activation, long activationThreshold, int fallbackChunkSize,
		int maxOpenFiles, ResourceCache resourceCache, boolean receive, boolean receiveDespiteAdvisories,
		NicOffloadMode nicOffload, boolean immutableFiles, KeyUpdate keyUpdate) {

	static ConfigurationDescriptor of(KernelTlsOptions options, FileResources files) {
		KtlsSettings settings = options.settings();
		return new ConfigurationDescriptor(options.required() ? Mode.REQUIRED : Mode.PREFERRED, settings.activation(),
				settings.activationThreshold(), settings.fallbackChunkSize(), files.maxOpenFiles(),
				new ResourceCache(files.maxStaged()), settings.receive(), options.receiveDespiteAdvisories(),
				options.nicOffload(), settings.immutableFiles(), KeyUpdate.of(settings));
	}

	/**
	 * What is done where the kernel cannot do it.
	 */
	enum Mode {

		/** Connections stay in user space. */
		PREFERRED,

		/** The application does not start. */
		REQUIRED

	}

	/**
	 * The files that resources inside a jar are copied to.
	 *
	 * @param maxSize the size of all of them together, in bytes; with 0 there are none
	 */
	record ResourceCache(long maxSize) {

	}

	/**
	 * How long keys live.
	 *
	 * @param recordLimit the number of records sent under one key, or {@code null} where
	 * the limit of the cipher holds
	 * @param maxReceivedPerSecond the number of KeyUpdates that a client may send within
	 * a second
	 */
	record KeyUpdate(@Nullable Long recordLimit, int maxReceivedPerSecond) {

		private static KeyUpdate of(KtlsSettings settings) {
			long limit = settings.recordLimit();
			return new KeyUpdate((limit != Long.MAX_VALUE) ? limit : null, settings.maxKeyUpdatesPerSecond());
		}

	}

}
