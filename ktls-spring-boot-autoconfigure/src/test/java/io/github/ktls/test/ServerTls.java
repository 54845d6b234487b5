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

import java.security.GeneralSecurityException;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

/**
 * The TLS of servers, for tests without an application.
 */
public final class ServerTls {

	private ServerTls() {
	}

	/**
	 * Return TLS of BoringSSL's.
	 * @param certificates certificate and key
	 * @param ciphers the cipher suites to offer besides those of TLS 1.3; none for all
	 * @return the context
	 */
	public static SslContext openSsl(Certificates certificates, String... ciphers) {
		return context(SslProvider.OPENSSL, certificates, ciphers);
	}

	/**
	 * Return TLS of the JDK's.
	 * @param certificates certificate and key
	 * @return the context
	 */
	public static SslContext jdk(Certificates certificates) {
		return context(SslProvider.JDK, certificates);
	}

	private static SslContext context(SslProvider provider, Certificates certificates, String... ciphers) {
		try {
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(certificates.keyStore("PKCS12"), Certificates.PASSWORD.toCharArray());
			return SslContextBuilder.forServer(factory)
				.sslProvider(provider)
				.protocols("TLSv1.3", "TLSv1.2")
				.ciphers((ciphers.length != 0) ? List.of(ciphers) : null)
				.applicationProtocolConfig(new ApplicationProtocolConfig(Protocol.ALPN,
						SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, "h2", "http/1.1"))
				.build();
		}
		catch (GeneralSecurityException | SSLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
