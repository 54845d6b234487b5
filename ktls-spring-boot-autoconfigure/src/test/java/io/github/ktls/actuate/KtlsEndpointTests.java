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

import java.beans.PropertyDescriptor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import io.github.ktls.autoconfigure.KtlsProperties;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.AvailabilityReport;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.NicOffloadMode;
import io.github.ktls.tls.Aead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KtlsEndpoint}.
 */
class KtlsEndpointTests {

	private static final long CACHE = 1_000_000;

	private static final int CIPHERS = 6;

	private final KernelTlsOptions options = KernelTlsOptions.defaults();

	@Test
	void whenKernelCannotThenTheCauseIsToldOfEverything() {
		SystemCalls unable = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);
		new AvailabilityReport(this.options)
			.unavailable(new KtlsFallback(KtlsFallbackReason.MODULE_MISSING, "failed with /etc/passwd"));
		KtlsDescriptor descriptor = endpoint(unable, this.options).ktls();
		assertThat(descriptor.available()).isFalse();
		assertThat(descriptor.cause()).isEqualTo(new CauseDescriptor(KtlsFallbackReason.MODULE_MISSING,
				"setsockopt(TCP_ULP) failed with ENOENT", KtlsFallbackReason.MODULE_MISSING.getAdvice()));
		assertThat(descriptor.used()).isFalse();
		assertThat(descriptor.obstacle()).isEqualTo(new CauseDescriptor(KtlsFallbackReason.MODULE_MISSING,
				"failed with (a file)", KtlsFallbackReason.MODULE_MISSING.getAdvice()));
		assertThat(descriptor.ciphers()).hasSize(CIPHERS).allSatisfy((cipher) -> {
			assertThat(cipher.transmit().supported()).isFalse();
			assertThat(cipher.transmit().rekey()).isFalse();
			assertThat(reason(cipher.transmit().cause())).isEqualTo(KtlsFallbackReason.MODULE_MISSING);
			assertThat(cipher.receive().supported()).isFalse();
		});
		assertThat(descriptor.fallbacks())
			.isEqualTo(new FallbacksDescriptor(1, Map.of(KtlsFallbackReason.MODULE_MISSING, 1L)));
		assertThat(descriptor.receiveFallbacks()).isEqualTo(new FallbacksDescriptor(0, Map.of()));
	}

	@Test
	void whenKernelCanDoSomeThenEachIsToldOfByItself() {
		SystemCalls some = new FakeKernel().refuse(Call.INSTALL_RECEIVE, Errno.ENOPROTOOPT).withoutRekey();
		KtlsDescriptor descriptor = endpoint(some, this.options).ktls();
		assertThat(descriptor.available()).isTrue();
		assertThat(descriptor.cause()).isNull();
		assertThat(descriptor.ciphers()).extracting((cipher) -> cipher.protocol() + " " + cipher.cipher())
			.containsExactly("TLSv1.2 AES_128_GCM", "TLSv1.2 AES_256_GCM", "TLSv1.2 CHACHA20_POLY1305",
					"TLSv1.3 AES_128_GCM", "TLSv1.3 AES_256_GCM", "TLSv1.3 CHACHA20_POLY1305");
		assertThat(descriptor.ciphers()).allSatisfy((cipher) -> {
			assertThat(cipher.transmit()).isEqualTo(new CipherDescriptor.Direction(true, false, null));
			assertThat(reason(cipher.receive().cause())).isEqualTo(KtlsFallbackReason.RECEIVE_NOT_IN_KERNEL);
		});
	}

	@Test
	void whenKernelCanReplaceKeysThenThatIsToldOfTheVersionThatHasIt() {
		assertThat(endpoint(new FakeKernel(), this.options).ktls().ciphers())
			.allSatisfy((cipher) -> assertThat(cipher.transmit().rekey()).isEqualTo(cipher.receive().rekey())
				.isEqualTo(cipher.protocol().equals("TLSv1.3")))
			.filteredOn((cipher) -> cipher.cipher() == Aead.AES_128_GCM)
			.hasSize(2);
	}

	@Test
	void whenNothingHasHappenedThenEveryNumberIsThere() {
		KtlsDescriptor descriptor = endpoint(new FakeKernel(), this.options).ktls();
		Map<OffloadMode, Long> none = Map.of(OffloadMode.SOFTWARE, 0L, OffloadMode.DEVICE, 0L, OffloadMode.UNKNOWN, 0L);
		ConnectionCountsDescriptor.Direction direction = new ConnectionCountsDescriptor.Direction(none, none);
		assertThat(descriptor.connections()).isEqualTo(new ConnectionCountsDescriptor(direction, direction));
		assertThat(descriptor.handovers().count()).isZero();
		assertThat(descriptor.handovers().meanDuration()).isNull();
		assertThat(descriptor.handovers().recent().within()).hasMinutes(1);
		assertThat(descriptor.files())
			.isEqualTo(new FilesDescriptor(new FilesDescriptor.Path(0, 0), new FilesDescriptor.Path(0, 0), 0));
		assertThat(descriptor.keyUpdates()).isEqualTo(new KeyUpdatesDescriptor(0, 0, 0));
		assertThat(descriptor.drains()).containsOnlyKeys(KtlsDrainEvent.Reason.values()).containsValue(0L);
		assertThat(descriptor.networkInterfaces()).isEmpty();
	}

	@Test
	void configurationIsTheOneInForce() {
		KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 1, 2048).withReceive(true)
			.withImmutableFiles(true)
			.withRecordLimit(99)
			.withMaxKeyUpdatesPerSecond(7);
		KernelTlsOptions own = this.options.withSettings(settings)
			.withRequired(true)
			.withReceiveDespiteAdvisories(true)
			.withNicOffload(NicOffloadMode.OBSERVE);
		assertThat(endpoint(new FakeKernel(), own).ktls().configuration())
			.isEqualTo(new ConfigurationDescriptor(ConfigurationDescriptor.Mode.REQUIRED, Activation.ON_HANDSHAKE, 1,
					2048, 3, new ConfigurationDescriptor.ResourceCache(CACHE), true, true, NicOffloadMode.OBSERVE, true,
					new ConfigurationDescriptor.KeyUpdate(99L, 7)));
	}

	@Test
	void whenNoRecordLimitIsConfiguredThenNoneIsShown() {
		assertThat(endpoint(new FakeKernel(), this.options).ktls().configuration().keyUpdate())
			.isEqualTo(new ConfigurationDescriptor.KeyUpdate(null, this.options.settings().maxKeyUpdatesPerSecond()));
	}

	@Test
	void configurationHasEachPropertyByItsName() {
		assertThat(components(ConfigurationDescriptor.class))
			.containsExactlyInAnyOrderElementsOf(properties(KtlsProperties.class, "enabled", "rolloutPercentage"));
		assertThat(components(ConfigurationDescriptor.KeyUpdate.class))
			.containsExactlyInAnyOrderElementsOf(properties(KtlsProperties.KeyUpdate.class));
		assertThat(components(ConfigurationDescriptor.ResourceCache.class))
			.containsExactlyInAnyOrderElementsOf(properties(KtlsProperties.ResourceCache.class));
		assertThat(ConfigurationDescriptor.Mode.values()).extracting(Enum::name)
			.containsExactly(Arrays.stream(KtlsProperties.Mode.values()).map(Enum::name).toArray(String[]::new));
	}

	@Test
	void whenSectionIsUnknownThenThereIsNone() {
		KtlsEndpoint endpoint = endpoint(new FakeKernel(), this.options);
		assertThat(endpoint.list("sockets", null, null)).isNull();
		assertThat(endpoint.list("connections", null, null)).isEqualTo(new ConnectionsDescriptor(List.of(), null));
	}

	@Test
	void whenOnePartIsWrongThenNothingIsChanged() {
		KtlsEndpoint endpoint = endpoint(new FakeKernel(), this.options);
		assertThatExceptionOfType(InvalidEndpointRequestException.class).isThrownBy(() -> endpoint.steer("stop", 101));
		assertThatExceptionOfType(InvalidEndpointRequestException.class).isThrownBy(() -> endpoint.steer("halt", 5));
		assertThat(endpoint.ktls().rollout()).isEqualTo(new RolloutDescriptor(false, 100));
	}

	@Test
	void whenSteeredThenTheServersRolloutChanges() {
		KtlsEndpoint endpoint = endpoint(new FakeKernel(), this.options);
		assertThat(endpoint.steer("stop", 25)).isEqualTo(new RolloutDescriptor(true, 25));
		assertThat(this.options.rollout().isStopped()).isTrue();
		assertThat(this.options.rollout().getPercentage()).isEqualTo(25);
		assertThat(endpoint.ktls().rollout()).isEqualTo(new RolloutDescriptor(true, 25));
	}

	// Whoever makes a native image of an application relies on it.
	@Test
	void whatIsShownCanBeReflectedOnInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, KtlsEndpoint.class);
		for (Class<?> type : List.of(KtlsDescriptor.class, CauseDescriptor.class, CipherDescriptor.Direction.class,
				ConfigurationDescriptor.KeyUpdate.class, HandoversDescriptor.Recent.class, FilesDescriptor.Path.class,
				NetworkInterfaceDescriptor.Feature.class, KernelAdvisory.class, ConnectionDescriptor.class,
				RolloutDescriptor.class)) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onMethodInvocation(type, type.getRecordComponents()[0].getName())).as(type.getName()).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(KtlsEndpoint.class, "steer")).accepts(hints);
	}

	private static KtlsEndpoint endpoint(SystemCalls kernel, KernelTlsOptions options) {
		return new KtlsEndpoint(KtlsEnvironment.of(KernelTls.probe(kernel)), options,
				new FileResources(3, 2048, CACHE, new LongAdder()::add));
	}

	private static @Nullable KtlsFallbackReason reason(@Nullable CauseDescriptor cause) {
		return (cause != null) ? cause.reason() : null;
	}

	private static List<String> components(Class<? extends Record> type) {
		return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
	}

	private static List<String> properties(Class<?> type, String... except) {
		return Arrays.stream(BeanUtils.getPropertyDescriptors(type))
			.map(PropertyDescriptor::getName)
			.filter((name) -> !name.equals("class") && !List.of(except).contains(name))
			.toList();
	}

}
