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

package io.github.ktls.kernel;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.ProtocolVersion;

/**
 * What the start-up probe found for one protocol version and cipher.
 *
 * @param version the protocol version
 * @param cipher the cipher
 * @param transmit why the kernel cannot send its records, or {@code null} where it can
 * @param receive why the kernel cannot receive them, or {@code null} where it can
 * @param rekeyTransmit whether the sending key can be replaced
 * @param rekeyReceive whether the receiving key can be replaced
 */
public record CipherSupport(ProtocolVersion version, Aead cipher, @Nullable KtlsFallback transmit,
		@Nullable KtlsFallback receive, boolean rekeyTransmit, boolean rekeyReceive) {

}
