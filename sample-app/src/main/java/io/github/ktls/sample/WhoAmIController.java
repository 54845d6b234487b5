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

import java.security.cert.X509Certificate;

import javax.net.ssl.SSLSession;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.util.ObjectUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerRequest;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.netty.KtlsConnection;

/**
 * Tells clients what the server knows of their connection.
 */
@RestController
class WhoAmIController {

	@GetMapping("/api/whoami")
	WhoAmI whoAmI(ServerHttpRequest request) {
		HttpServerRequest nettyRequest = ServerHttpRequestDecorator.getNativeRequest(request);
		Channel channel = ((ChannelOperations<?, ?>) nettyRequest).channel();
		SSLSession session = session(channel);
		SslInfo ssl = request.getSslInfo();
		KtlsConnection connection = KtlsConnection.of(channel);
		boolean offloaded = connection != null && connection.isOffloaded();
		return new WhoAmI(nettyRequest.scheme(), nettyRequest.protocol(),
				(session != null) ? session.getProtocol() : null, (session != null) ? session.getCipherSuite() : null,
				(ssl != null) ? ssl.getSessionId() : null, (ssl != null) ? subject(ssl.getPeerCertificates()) : null,
				offloaded, (!offloaded) ? reason(connection) : null);
	}

	private static @Nullable SSLSession session(Channel channel) {
		SslHandler handler = channel.pipeline().get(SslHandler.class);
		// An HTTP/2 request has a channel of its own.
		if (handler == null && channel.parent() != null) {
			handler = channel.parent().pipeline().get(SslHandler.class);
		}
		return (handler != null) ? handler.engine().getSession() : null;
	}

	private static @Nullable String subject(X509Certificate @Nullable [] certificates) {
		return (!ObjectUtils.isEmpty(certificates)) ? certificates[0].getSubjectX500Principal().getName() : null;
	}

	private static String reason(@Nullable KtlsConnection connection) {
		KtlsFallback fallback = (connection != null) ? connection.fallback() : KernelTls.get().unavailabilityCause();
		if (fallback != null) {
			return fallback.reason().name();
		}
		return (connection != null) ? "undecided" : "disabled";
	}

}
