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

package io.github.ktls.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.MockedStatic;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResourceHttpMessageWriter;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsRequiredException;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mockStatic;
import static org.mockito.Mockito.spy;

/**
 * Tests for {@link KtlsAutoConfiguration}, with servers that really start.
 */
@ExtendWith(OutputCaptureExtension.class)
class KtlsAutoConfigurationTests {

	private static final FakeKernel ABLE = new FakeKernel();

	private static final FakeKernel UNABLE = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);

	private static final KtlsFallback ADVISORY = new KtlsFallback(KtlsFallbackReason.RECEIVE_ADVISORY,
			"CVE-2025-39682");

	@TempDir
	static Path keys;

	private static String[] tls = {};

	private final ReactiveWebApplicationContextRunner plain = new ReactiveWebApplicationContextRunner(
			AnnotationConfigReactiveWebServerApplicationContext::new)
		.withConfiguration(AutoConfigurations.of(NettyReactiveWebServerAutoConfiguration.class,
				SslAutoConfiguration.class, KtlsAutoConfiguration.class, KtlsRequiredAutoConfiguration.class))
		.withBean(HttpHandler.class, () -> (request, response) -> response.setComplete())
		.withPropertyValues("server.port=0", "server.address=127.0.0.1");

	private final ReactiveWebApplicationContextRunner runner = this.plain.withPropertyValues(tls)
		.withPropertyValues("server.ssl.ktls.enabled=true");

	@BeforeAll
	static void createCertificates() {
		Certificates certificates = Certificates.create("EC", "localhost");
		tls = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys) };
	}

	@Test
	void itIsRegistered() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null)).contains(KtlsAutoConfiguration.class.getName(),
				KtlsRequiredAutoConfiguration.class.getName());
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.port=0", "server.ssl.ktls.enabled=false", "server.ssl.ktls.mode=preferred" })
	void whenNotEnabledThereIsNothing(String property, CapturedOutput output) {
		this.plain.withPropertyValues(tls).withPropertyValues(property).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context).doesNotHaveBean(KtlsStatistics.class)
				.doesNotHaveBean(KtlsProperties.class)
				.doesNotHaveBean(KtlsEnvironment.class)
				.doesNotHaveBean(KtlsWebServerFactoryCustomizer.class);
			assertThat(serverCustomizers(context)).isEmpty();
			assertThat(output).doesNotContain("ernel TLS");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.port=0", "server.ssl.ktls.enabled=false" })
	void whenRequiredAndNotEnabledServerDoesNotStart(String property) {
		for (String required : List.of("required", "REQUIRED")) {
			this.plain.withPropertyValues(tls)
				.withPropertyValues(property, "server.ssl.ktls.mode=" + required)
				.run((context) -> assertThat(context).hasFailed()
					.getFailure()
					.rootCause()
					.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
						assertThat(ex.getName()).isEqualTo("server.ssl.ktls.mode");
						assertThat(ex.getReason()).contains("set 'server.ssl.ktls.enabled' to 'true'");
					}));
		}
	}

	@Test
	void whenThereIsNoReactiveServerThereIsNothing() {
		ApplicationContextRunner other = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(KtlsAutoConfiguration.class))
			.withPropertyValues("server.ssl.ktls.enabled=true");
		other.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KtlsStatistics.class));
		new ReactiveWebApplicationContextRunner().withConfiguration(AutoConfigurations.of(KtlsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(HttpServer.class))
			.withPropertyValues("server.ssl.ktls.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KtlsStatistics.class));
	}

	@Test
	void whenKernelCanServerSaysOnceHowItIsUsed(CapturedOutput output) {
		with(this.runner, ABLE).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(serverCustomizers(context)).hasExactlyElementsOfTypes(KtlsServerCustomizer.class);
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("INFO", "Kernel TLS is used for sending (TLSv1.2 AES_128_GCM",
						"handing connections over with the first file of at least 65536 bytes",
						"; network card: no (bound to a loopback address); " + System.getProperty("os.name"));
			assertThat(fallbacks(context.getBean(KtlsStatistics.class))).isZero();
		});
	}

	@Test
	void writersOfTheUsersComeFirst() {
		this.runner
			.withConfiguration(AutoConfigurations.of(CodecsAutoConfiguration.class, WebFluxAutoConfiguration.class))
			.withUserConfiguration(Writers.class)
			.run((context) -> assertThat(context.getBean(ServerCodecConfigurer.class).getWriters())
				.filteredOn(ResourceHttpMessageWriter.class::isInstance)
				.hasExactlyElementsOfTypes(Writers.ByCustomizer.class, Writers.ByConfigurer.class,
						FileResourceHttpMessageWriter.class, ResourceHttpMessageWriter.class));
	}

	@Test
	void whenKernelIsRequiredAndCanServerStarts() {
		with(this.runner, ABLE)
			.withPropertyValues("server.ssl.ktls.mode=required", "server.ssl.ktls.activation=on-handshake")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenKernelCanReceiveServerSaysOnceThatItDoes(CapturedOutput output) {
		receiving(Optional.empty()).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("INFO", "Kernel TLS is used for sending and receiving (TLSv1.2 AES_128_GCM");
		});
	}

	@Test
	void whenKernelIsRequiredAndCanReceiveServerStarts() {
		receiving(Optional.empty()).withPropertyValues("server.ssl.ktls.mode=required")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenKernelCannotReceiveServerSaysOnceWhyAndSendsWithIt(CapturedOutput output) {
		receiving(Optional.of(ADVISORY)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("INFO", "Kernel TLS is used for sending (TLSv1.2 AES_128_GCM",
						"; not used for receiving: RECEIVE_ADVISORY (CVE-2025-39682): ",
						"server.ssl.ktls.receive-despite-advisories=true");
			assertThat(fallbacks(context.getBean(KtlsStatistics.class))).isZero();
		});
	}

	@Test
	void whenKernelIsRequiredAndCannotReceiveServerDoesNotStart() {
		receiving(Optional.of(ADVISORY)).withPropertyValues("server.ssl.ktls.mode=required")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOfSatisfying(KtlsRequiredException.class, (ex) -> {
					assertThat(ex.isReceiving()).isTrue();
					assertThat(ex.getFallback()).isEqualTo(ADVISORY);
				}));
	}

	@Test
	void whenAdvisoriesAreOverriddenServerReceivesAndWarns(CapturedOutput output) {
		receiving(Optional.of(ADVISORY)).withPropertyValues("server.ssl.ktls.receive-despite-advisories=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(lines(output)).hasSize(2);
				assertThat(lines(output).get(0)).contains("WARN",
						"Kernel TLS is used for receiving despite RECEIVE_ADVISORY (CVE-2025-39682): ");
				assertThat(lines(output).get(1)).contains("Kernel TLS is used for sending and receiving (");
			});
	}

	@Test
	void whenReceivingIsNotWantedNobodyAsksWhetherKernelCan(CapturedOutput output) {
		receiving(Optional.of(ADVISORY))
			.withPropertyValues("server.ssl.ktls.receive=false", "server.ssl.ktls.mode=required")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(lines(output)).singleElement().asString().contains("Kernel TLS is used for sending (");
			});
	}

	@Test
	void whenKernelCannotAtAllReceivingIsNotMentioned(CapturedOutput output) {
		with(this.runner, UNABLE).withPropertyValues("server.ssl.ktls.receive=true").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement().asString().contains("Kernel TLS is not used: MODULE_MISSING");
		});
	}

	// A kernel that can be told to receive in spite of what is in the way.
	private ReactiveWebApplicationContextRunner receiving(Optional<KtlsFallback> obstacle) {
		KernelTls kernel = spy(KernelTls.probe(ABLE));
		doReturn(obstacle).when(kernel).receiveFallback(false);
		doReturn(Optional.empty()).when(kernel).receiveFallback(true);
		return this.runner.withBean(KtlsEnvironment.class, () -> KtlsEnvironment.of(kernel))
			.withPropertyValues("server.ssl.ktls.receive=true");
	}

	@Test
	void whenServerListensWithAnotherTransportItSaysSo(CapturedOutput output) {
		with(this.runner, ABLE).withBean(ReactorResourceFactory.class, KtlsAutoConfigurationTests::nio)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(lines(output)).singleElement()
					.asString()
					.contains("Kernel TLS is not used: TRANSPORT_NOT_SUPPORTED (NioServerSocketChannel)");
			});
	}

	@Test
	void whenKernelIsRequiredAndServerListensWithAnotherTransportItFails() {
		with(this.runner, ABLE).withBean(ReactorResourceFactory.class, KtlsAutoConfigurationTests::nio)
			.withPropertyValues("server.ssl.ktls.mode=required")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(KtlsRequiredException.class)
				.hasMessageContaining("TRANSPORT_NOT_SUPPORTED (NioServerSocketChannel)"));
	}

	@Test
	void whenCustomizersAreReplacedItSaysSo(CapturedOutput output) {
		with(this.runner, ABLE).withBean(ReplacingPostProcessor.class, ReplacingPostProcessor::new).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("Kernel TLS is not used: CUSTOMIZER_REPLACED");
		});
	}

	private static ReactorResourceFactory nio() {
		LoopResources resources = LoopResources.create("nio");
		ReactorResourceFactory factory = new ReactorResourceFactory();
		factory.setUseGlobalResources(false);
		factory.setLoopResourcesSupplier(() -> (useNative) -> resources.onServer(false));
		return factory;
	}

	@Test
	void whenKernelCannotServerStartsAndSaysOnceWhy(CapturedOutput output) {
		with(this.runner, UNABLE).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("INFO", "Kernel TLS is not used: MODULE_MISSING (setsockopt(TCP_ULP) failed with ENOENT): ",
						"modprobe tls");
			assertThat(context.getBean(KtlsStatistics.class).getFallbacks(KtlsFallbackReason.MODULE_MISSING)).isOne();
			assertThat(serverCustomizers(context)).hasExactlyElementsOfTypes(KtlsServerCustomizer.class);
		});
	}

	@Test
	void whenThereIsNoEpollServerStartsAndSaysOnceWhy(CapturedOutput output) {
		KtlsEnvironment environment;
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class)) {
			epoll.when(Epoll::unavailabilityCause).thenReturn(new UnsatisfiedLinkError("no epoll"));
			environment = KtlsEnvironment.of(KernelTls.probe(ABLE));
		}
		this.runner.withBean(KtlsEnvironment.class, () -> environment).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("Kernel TLS is not used: EPOLL_UNAVAILABLE (java.lang.UnsatisfiedLinkError: no epoll): ");
		});
	}

	@Test
	void whenSystemIsNotLinuxServerIsLeftAsItIsAndSaysOnceWhy(CapturedOutput output) {
		foreign(this.runner).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("INFO", "Kernel TLS is not used: NOT_LINUX (Plan 9): ");
			assertThat(serverCustomizers(context)).isEmpty();
		});
	}

	@Test
	void whenSystemIsNotLinuxUnknownCiphersAreReportedAsWithoutUs() {
		List<String> messages = new ArrayList<>();
		foreign(this.runner).withPropertyValues("server.ssl.ciphers=NO_SUCH_SUITE")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isNotInstanceOf(UnknownCipherException.class)
				.satisfies((ex) -> messages.add(ex.toString())));
		this.plain.withPropertyValues(tls)
			.withPropertyValues("server.ssl.ciphers=NO_SUCH_SUITE")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies((ex) -> messages.add(ex.toString())));
		assertThat(messages).hasSize(2);
		assertThat(messages.get(0)).isEqualTo(messages.get(1));
	}

	@Test
	void whenServerHasNoTlsItStartsAndSaysOnceWhy(CapturedOutput output) {
		with(this.plain, ABLE).withPropertyValues("server.ssl.ktls.enabled=true").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(lines(output)).singleElement().asString().contains("Kernel TLS is not used: SSL_NOT_ENABLED: ");
			assertThat(serverCustomizers(context)).isEmpty();
		});
	}

	@ParameterizedTest
	@CsvSource({ "true, SSL_NOT_ENABLED", "false, MODULE_MISSING" })
	void whenKernelIsRequiredAndCannotServerDoesNotStart(boolean able, KtlsFallbackReason reason) {
		with(able ? this.plain : this.runner, able ? ABLE : UNABLE)
			.withPropertyValues("server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOfSatisfying(KtlsRequiredException.class,
						(ex) -> assertThat(ex.getFallback().reason()).isEqualTo(reason)));
	}

	@Test
	void whenKernelIsRequiredAndSystemIsNotLinuxServerDoesNotStart() {
		foreign(this.runner).withPropertyValues("server.ssl.ktls.mode=required")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasRootCauseInstanceOf(KtlsRequiredException.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "activation-threshold=-1B", "fallback-chunk-size=10B", "fallback-chunk-size=4GB",
			"activation-threshold=2GB", "resource-cache.max-size=-1MB", "max-open-files=-1", "rollout-percentage=-1",
			"rollout-percentage=101", "key-update.record-limit=63", "key-update.max-received-per-second=0" })
	void whenPropertyIsInvalidServerDoesNotStart(String property) {
		with(this.runner, ABLE).withPropertyValues("server.ssl.ktls." + property)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName())
							.isEqualTo("server.ssl.ktls." + property.substring(0, property.indexOf('=')))));
	}

	@Test
	void whenCipherIsUnknownServerDoesNotStart() {
		with(this.runner, ABLE).withPropertyValues("server.ssl.ciphers=TLS_AES_128_GCM_SHA256,NO_SUCH_SUITE")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOfSatisfying(UnknownCipherException.class, (ex) -> {
					assertThat(ex.getUnknown()).containsExactly("NO_SUCH_SUITE");
					assertThat(ex.getAvailable()).contains("TLS_AES_128_GCM_SHA256");
				}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
			"TLS_AES_256_GCM_SHA384" })
	void whenCipherIsKnownUnderEitherNameServerStarts(String suite) {
		with(this.runner, ABLE).withPropertyValues("server.ssl.ciphers=" + suite)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void usersCustomizersAreAppliedAfterOurs() {
		List<String> applied = new ArrayList<>();
		NettyServerCustomizer first = (server) -> {
			applied.add("first");
			return server;
		};
		NettyServerCustomizer second = (server) -> {
			applied.add("second");
			return server;
		};
		with(this.runner, ABLE).withBean("first", NettyServerCustomizer.class, () -> first)
			.withBean("second", NettyServerCustomizer.class, () -> second)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				List<NettyServerCustomizer> customizers = serverCustomizers(context);
				assertThat(customizers).hasSize(3).endsWith(first, second);
				assertThat(customizers.get(0)).isInstanceOf(KtlsServerCustomizer.class);
				assertThat(applied).containsExactly("first", "second");
			});
	}

	@Test
	void ourFactoryCustomizerComesLast() {
		with(this.runner, ABLE)
			.run((context) -> assertThat(context.getBean(KtlsWebServerFactoryCustomizer.class).getOrder())
				.isEqualTo(Ordered.LOWEST_PRECEDENCE));
	}

	@Test
	void whenUserHasStatisticsOfHisOwnTheyAreUsed() {
		KtlsStatistics own = new KtlsStatistics();
		with(this.runner, UNABLE).withBean("own", KtlsStatistics.class, () -> own).run((context) -> {
			assertThat(context).getBean(KtlsStatistics.class).isSameAs(own);
			assertThat(own.getFallbacks(KtlsFallbackReason.MODULE_MISSING)).isOne();
		});
	}

	@Test
	void whenKernelIsRequiredAndCannotFailureIsAnalyzed(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(UNABLE, "server.ssl.ktls.mode=required").close());
		assertThat(output).contains("APPLICATION FAILED TO START",
				"'server.ssl.ktls.mode' is 'required', but kernel TLS cannot be used here: MODULE_MISSING",
				"    modprobe tls");
	}

	@Test
	void whenKernelIsRequiredAndCannotReceiveFailureIsAnalyzed(CapturedOutput output) {
		FakeKernel sender = new FakeKernel().refuse(Call.INSTALL_RECEIVE, Errno.ENOPROTOOPT);
		assertThatException()
			.isThrownBy(() -> start(sender, "server.ssl.ktls.mode=required", "server.ssl.ktls.receive=true").close());
		assertThat(output).contains("APPLICATION FAILED TO START",
				"but kernel TLS cannot be used for receiving here: RECEIVE_NOT_IN_KERNEL",
				"To start with kernel TLS for sending alone set 'server.ssl.ktls.receive' to 'false'");
	}

	@Test
	void whenCipherIsUnknownFailureIsAnalyzed(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(ABLE, "server.ssl.ciphers=NO_SUCH_SUITE").close());
		assertThat(output).contains("APPLICATION FAILED TO START", "    NO_SUCH_SUITE", "    TLS_AES_128_GCM_SHA256");
	}

	@Test
	void whenPropertyIsInvalidFailureIsAnalyzed(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(ABLE, "server.ssl.ktls.fallback-chunk-size=10B").close());
		assertThat(output).contains("APPLICATION FAILED TO START",
				"Invalid value '10B' for configuration property 'server.ssl.ktls.fallback-chunk-size'",
				"It has to be at least 1024B and less than 2147483648B.");
	}

	private static RunningApplication start(FakeKernel kernel, String... more) {
		List<String> properties = new ArrayList<>(List.of(tls));
		properties.add("server.ssl.ktls.enabled=true");
		properties.addAll(List.of(more));
		return RunningApplication.start(keys, properties, new SystemCallsInitializer(kernel));
	}

	private static ReactiveWebApplicationContextRunner with(ReactiveWebApplicationContextRunner runner,
			FakeKernel kernel) {
		return runner.withBean(KtlsEnvironment.class, () -> KtlsEnvironment.of(KernelTls.probe(kernel)));
	}

	private static ReactiveWebApplicationContextRunner foreign(ReactiveWebApplicationContextRunner runner) {
		return runner.withBean(KtlsEnvironment.class, () -> new KtlsEnvironment(KernelTls.probe(UNABLE),
				new KtlsFallback(KtlsFallbackReason.NOT_LINUX, "Plan 9")));
	}

	private static List<NettyServerCustomizer> serverCustomizers(ApplicationContext context) {
		return context.getBean(NettyReactiveWebServerFactory.class)
			.getServerCustomizers()
			.stream()
			.filter((customizer) -> !customizer.getClass().getName().startsWith("org.springframework"))
			.toList();
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("ernel TLS")).toList();
	}

	private static long fallbacks(KtlsStatistics statistics) {
		long sum = 0;
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			sum += statistics.getFallbacks(reason);
		}
		return sum;
	}

	/**
	 * Takes out of the factory what was put in.
	 */
	private static final class ReplacingPostProcessor implements BeanPostProcessor, Ordered {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof NettyReactiveWebServerFactory factory) {
				factory.setServerCustomizers(List.of());
			}
			return bean;
		}

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

	}

	/**
	 * Writers of the user's, registered in each way that there is.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Writers implements WebFluxConfigurer {

		@Bean
		CodecCustomizer writerByCustomizer() {
			return (codecs) -> codecs.customCodecs().register(new ByCustomizer());
		}

		@Override
		public void configureHttpMessageCodecs(ServerCodecConfigurer codecs) {
			codecs.customCodecs().register(new ByConfigurer());
		}

		/**
		 * One of them.
		 */
		static final class ByCustomizer extends ResourceHttpMessageWriter {

		}

		/**
		 * Another one.
		 */
		static final class ByConfigurer extends ResourceHttpMessageWriter {

		}

	}

}
