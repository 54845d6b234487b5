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

package io.github.ktls.reasons;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.AsyncMapping;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;
import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Http2Connection;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.ServerTls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.spy;

/**
 * How each reason comes about. A reason that is new does not compile without.
 */
final class Provocations {

	private static final String CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";

	private static final String GCM = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

	private final Certificates certificates;

	private final String fileHash;

	/**
	 * Create a new instance.
	 * @param certificates the server's certificate
	 * @param fileHash what a client has to get of {@code /static/file}
	 */
	Provocations(Certificates certificates, String fileHash) {
		this.certificates = certificates;
		this.fileHash = fileHash;
	}

	Provocation of(KtlsFallbackReason reason) {
		Provocation provocation = new Provocation();
		return switch (reason) {
			// The platform
			case NOT_LINUX -> provocation.inProcessWith("-Dos.name=FreeBSD");
			case UNSUPPORTED_ARCHITECTURE -> provocation.inProcessWith("-Dos.arch=riscv64");
			case NATIVE_ACCESS_UNAVAILABLE -> provocation.inProcessWith("-Djna.nosys=true", "-Djna.noclasspath=true");
			case EPOLL_UNAVAILABLE -> provocation.inProcessWith("-Dio.netty.transport.noNative=true");
			case TCNATIVE_UNAVAILABLE -> provocation.inProcessWith("-Dio.netty.handler.ssl.noOpenSsl=true");
			case MODULE_MISSING -> refusing(provocation, FakeKernel.Call.ATTACH, Errno.ENOENT);
			case PROBE_FAILED -> {
				provocation.kernel().pretend(FakeKernel.Fault.CHANGES_CONTENT);
				yield provocation;
			}
			// The server's configuration
			case SSL_NOT_ENABLED -> provocation.with("server.ssl.enabled=false");
			case KEY_LOG_UNAVAILABLE -> provocation
				.customized((server) -> server.secure((spec) -> spec.sslContext(ServerTls.jdk(this.certificates))));
			case TRANSPORT_NOT_SUPPORTED -> provocation.processed(new NioPostProcessor());
			case CUSTOMIZER_REPLACED -> provocation.processed(new ReplacingPostProcessor());
			case FOREIGN_TLS_HANDLER -> provocation.customized(
					(server) -> server.secure((spec) -> spec.sslContext(ServerTls.openSsl(this.certificates)), true));
			// Receiving
			case RECEIVE_NOT_IN_KERNEL -> {
				provocation.kernel().withoutReceive();
				yield provocation.with("server.ssl.ktls.receive=true");
			}
			case RECEIVE_ADVISORY ->
				provocation.with("server.ssl.ktls.receive=true").probing(() -> advised(provocation.kernel()));
			// What was negotiated
			case CIPHER_NOT_IN_KERNEL -> {
				provocation.kernel().withoutCipher(51);
				yield provocation.then(downloading(parameters("TLSv1.3", "TLS_AES_128_GCM_SHA256")));
			}
			case CIPHER_SUITE_NOT_SUPPORTED ->
				provocation.with("server.ssl.ciphers=" + CBC + "," + GCM).then(downloading(parameters("TLSv1.2", CBC)));
			case PROTOCOL_VERSION_NOT_SUPPORTED -> provocation
				.with("server.ssl.enabled-protocols=TLSv1.1,TLSv1.2", "server.ssl.ciphers=" + CBC + "," + GCM)
				.then(Provocations::askWithTls11);
			case APPLICATION_PROTOCOL -> provocation.with("server.http2.enabled=true").then((application) -> {
				try (Http2Connection connection = Http2Connection.open(application.port(), Map.of())) {
					assertThat(connection.get(List.of("/hello"))).hasSize(1);
				}
			});
			case SECRETS_MISSING -> provocation.customized(this::mappedLater)
				.then(downloading(parameters("TLSv1.3", "TLS_AES_128_GCM_SHA256")));
			// What an operator wants
			case HANDOVERS_STOPPED -> provocation.then((application) -> {
				application.context().getBean(KtlsRollout.class).stop();
				downloading(Provocations::any).on(application);
			});
			case NOT_ROLLED_OUT ->
				provocation.with("server.ssl.ktls.rollout-percentage=0").then(downloading(Provocations::any));
			// What happened to the connection
			case RECORD_COUNT_UNCERTAIN -> provocation.customized(Provocations::withShaper).then(this::pipeline);
			case RECORD_LIMIT_NEAR ->
				provocation.with("server.ssl.ktls.key-update.record-limit=64").then((application) -> {
					try (HttpsConnection connection = open(application.port(), parameters("TLSv1.2", GCM))) {
						for (int i = 0; i < 40; i++) {
							assertThat(connection.get("/hello").status()).isEqualTo(200);
						}
						download(connection);
					}
				});
			case KEY_UPDATE_BEFORE_HANDOVER -> provocation.then((application) -> {
				try (HttpsConnection connection = open(application.port(),
						parameters("TLSv1.3", "TLS_AES_128_GCM_SHA256"))) {
					connection.get("/hello");
					connection.updateKey();
					download(connection);
				}
			});
			case CONNECTION_CLOSING -> provocation.with("server.ssl.ktls.activation=on-handshake")
				.customized(Provocations::closingTheFirst)
				.then((application) -> {
					try (HttpsConnection connection = HttpsConnection.open(application.port())) {
						assertThat(connection.read()).isEqualTo(-1);
					}
					// The kernel is none that could take the next one.
					application.context().getBean(KtlsRollout.class).stop();
				});
			case SYSTEM_CALL_REFUSED -> provocation.then((application) -> {
				provocation.kernel().refuse(FakeKernel.Call.INSTALL, Errno.EPERM);
				downloading(Provocations::any).on(application);
			});
			case UNEXPECTED_FAILURE -> provocation.then((application) -> {
				provocation.kernel().fail(FakeKernel.Call.ATTACH, new LinkageError("provoked"));
				downloading(Provocations::any).on(application);
			});
		};
	}

	private static Provocation refusing(Provocation provocation, FakeKernel.Call call, int errno) {
		provocation.kernel().refuse(call, errno);
		return provocation;
	}

	private static KernelTls advised(FakeKernel kernel) {
		KernelTls advised = spy(KernelTls.probe(kernel));
		willReturn(Optional.of(new KtlsFallback(KtlsFallbackReason.RECEIVE_ADVISORY, "CVE-2025-39682"))).given(advised)
			.receiveFallback(false);
		return advised;
	}

	private HttpServer mappedLater(HttpServer server) {
		reactor.netty.tcp.SslProvider provider = reactor.netty.tcp.SslProvider.builder()
			.sslContext(ServerTls.openSsl(this.certificates))
			.build();
		AtomicReference<EventLoop> eventLoop = new AtomicReference<>();
		AsyncMapping<String, reactor.netty.tcp.SslProvider> later = (name, promise) -> {
			// In the next turn of the thread that asks, and so when this has returned.
			eventLoop.get().execute(() -> promise.setSuccess(provider));
			return promise;
		};
		return server.secure((spec) -> spec.sslContext(provider.getSslContext()).setSniAsyncMappings(later))
			.doOnChannelInit((observer, channel, remoteAddress) -> eventLoop.set(channel.eventLoop()));
	}

	// A traffic shaper between the TLS engine and the socket of the first connection.
	private static HttpServer withShaper(HttpServer server) {
		AtomicBoolean shaped = new AtomicBoolean();
		return server.doOnChannelInit((observer, channel, remoteAddress) -> {
			if (!shaped.getAndSet(true)) {
				channel.pipeline().addBefore(NettyPipeline.SslHandler, "shaper", new RecordSplitter());
			}
		});
	}

	private static HttpServer closingTheFirst(HttpServer server) {
		AtomicBoolean closed = new AtomicBoolean();
		return server.doOnChannelInit((observer, channel, remoteAddress) -> channel.pipeline()
			.addAfter("ktls.plaintext", "closing", new ChannelInboundHandlerAdapter() {

				@Override
				public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
					if (evt instanceof SslHandshakeCompletionEvent && !closed.getAndSet(true)) {
						ctx.close();
					}
					ctx.fireUserEventTriggered(evt);
				}

			}));
	}

	private void pipeline(RunningApplication application) throws IOException {
		try (HttpsConnection connection = open(application.port(), parameters("TLSv1.2", GCM))) {
			connection.send("GET", "/hello");
			connection.send("GET", "/static/file");
			assertThat(connection.receive("GET").status()).isEqualTo(200);
			assertThat(connection.receive("GET").sha256()).isEqualTo(this.fileHash);
		}
	}

	private static void askWithTls11(RunningApplication application) {
		try {
			// The JDK's client would not do it.
			SslContext context = SslContextBuilder.forClient()
				.sslProvider(SslProvider.OPENSSL)
				.protocols("TLSv1.1")
				.ciphers(List.of(CBC))
				.trustManager(InsecureTrustManagerFactory.INSTANCE)
				.endpointIdentificationAlgorithm(null)
				.build();
			String body = HttpClient.create()
				.secure((spec) -> spec.sslContext(context))
				.get()
				.uri(application.url("/hello"))
				.responseContent()
				.aggregate()
				.asString()
				.block();
			assertThat(body).contains("world");
		}
		catch (SSLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	// Whatever happens, the client gets what it asked for.
	private Provocation.Action downloading(Consumer<SSLParameters> parameters) {
		return (application) -> {
			try (HttpsConnection connection = open(application.port(), parameters)) {
				download(connection);
			}
		};
	}

	private void download(HttpsConnection connection) throws IOException {
		assertThat(connection.get("/static/file").sha256()).isEqualTo(this.fileHash);
	}

	private static HttpsConnection open(int port, Consumer<SSLParameters> parameters) {
		return HttpsConnection.open(port, ClientTls.anonymous(), parameters);
	}

	private static void any(SSLParameters parameters) {
		assertThat(parameters.getProtocols()).contains("TLSv1.3");
	}

	private static Consumer<SSLParameters> parameters(String protocol, String suite) {
		return (parameters) -> {
			// The JDK's client names a server only if its name has a dot in it.
			parameters.setServerNames(List.of(new SNIHostName("localhost")));
			parameters.setProtocols(new String[] { protocol });
			parameters.setCipherSuites(new String[] { suite });
		};
	}

}
