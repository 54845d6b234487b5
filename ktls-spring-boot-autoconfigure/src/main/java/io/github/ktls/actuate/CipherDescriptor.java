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

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.CipherSupport;
import io.github.ktls.kernel.KtlsCapabilities;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.tls.Aead;

/**
 * What the start-up probe found for one protocol version and cipher.
 *
 * @param protocol the protocol version, for example {@code TLSv1.3}
 * @param cipher the cipher
 * @param transmit whether the kernel can encrypt with it
 * @param receive whether the kernel can decrypt with it
 */
record CipherDescriptor(String protocol, Aead cipher, Direction transmit, Direction receive) {

	static List<CipherDescriptor> listOf(KtlsCapabilities capabilities) {
		return capabilities.list().stream().map(CipherDescriptor::of).toList();
	}

	private static CipherDescriptor of(CipherSupport support) {
		return new CipherDescriptor(support.version().jsseName(), support.cipher(),
				Direction.of(support.transmit(), support.rekeyTransmit()),
				Direction.of(support.receive(), support.rekeyReceive()));
	}

	/**
	 * One direction.
	 *
	 * @param supported whether the kernel can do it
	 * @param rekey whether the kernel can replace the key of a connection
	 * @param cause why it is not supported, or {@code null} where it is
	 */
	record Direction(boolean supported, boolean rekey, @Nullable CauseDescriptor cause) {

		private static Direction of(@Nullable KtlsFallback cause, boolean rekey) {
			return new Direction(cause == null, rekey, CauseDescriptor.of(cause));
		}

	}

}
