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

import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link KtlsEndpoint} that
 * says in its answer what is wrong with a request, which error pages do not.
 */
@EndpointWebExtension(endpoint = KtlsEndpoint.class)
public class KtlsEndpointWebExtension {

	private final KtlsEndpoint endpoint;

	/**
	 * Create a new instance.
	 * @param endpoint the endpoint
	 */
	public KtlsEndpointWebExtension(KtlsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@ReadOperation
	@Nullable WebEndpointResponse<Object> list(@Selector String section, @Nullable String after, @Nullable String limit) {
		return answer(() -> this.endpoint.list(section, Requests.number("after", after, Long::valueOf),
				Requests.number("limit", limit, Integer::valueOf)));
	}

	@WriteOperation
	@Nullable WebEndpointResponse<Object> steer(@Nullable String handovers, @Nullable String percentage) {
		return answer(
				() -> this.endpoint.steer(handovers, Requests.number("percentage", percentage, Integer::valueOf)));
	}

	private static @Nullable WebEndpointResponse<Object> answer(Supplier<@Nullable OperationResponseBody> operation) {
		try {
			OperationResponseBody body = operation.get();
			return (body != null) ? new WebEndpointResponse<>(body) : null;
		}
		catch (InvalidEndpointRequestException ex) {
			Map<String, String> body = OperationResponseBody.of(Map.of("message", String.valueOf(ex.getReason())));
			return new WebEndpointResponse<>(body, WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

}
