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

import java.io.IOException;

import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /whoami} of the {@link TestApplication} tells of a connection.
 *
 * @param scheme the scheme of the request
 * @param protocol the TLS version
 * @param suite the cipher suite
 * @param sessionId the TLS session
 * @param client the subject of the client's certificate
 * @param offloaded whether the kernel encrypts
 * @param reason why it does not
 */
public record WhoAmI(String scheme, String protocol, String suite, String sessionId, String client, boolean offloaded,
		String reason) {

	private static final JsonMapper mapper = new JsonMapper();

	/**
	 * Read an answer.
	 * @param json the answer
	 * @return what it says
	 */
	public static WhoAmI parse(String json) {
		return mapper.readValue(json, WhoAmI.class);
	}

	/**
	 * Ask on a connection.
	 * @param connection the connection
	 * @return what it is
	 * @throws IOException if the connection is broken
	 */
	public static WhoAmI on(HttpsConnection connection) throws IOException {
		return parse(connection.get("/whoami").text());
	}

}
