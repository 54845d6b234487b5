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

package io.github.ktls.sample;

import org.jspecify.annotations.Nullable;

/**
 * What the server knows of a request's connection.
 *
 * @param scheme the request's scheme
 * @param httpVersion the version of HTTP
 * @param protocol the version of TLS
 * @param cipherSuite the cipher suite
 * @param sessionId the TLS session's id in hexadecimal
 * @param clientCertificate the subject of the client's certificate, if there is one
 * @param offloaded whether the kernel encrypts what the server sends
 * @param reason why not: a fallback reason, {@code undecided} where the connection may
 * still be handed over, or {@code disabled}
 */
record WhoAmI(String scheme, String httpVersion, @Nullable String protocol, @Nullable String cipherSuite,
		@Nullable String sessionId, @Nullable String clientCertificate, boolean offloaded, @Nullable String reason) {

}
