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

package io.github.ktls.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Base of the suites: every case is played against one application for each arm.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractVerdictTests {

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private final String title;

	private final List<Arm> arms;

	private final Map<Arm, RunningApplication> applications = new EnumMap<>(Arm.class);

	private final Map<Arm, ServerSide> serverSides = new EnumMap<>(Arm.class);

	private final VerdictTable table = new VerdictTable();

	private Conversation.Resources resources;

	AbstractVerdictTests(String title, Arm... arms) {
		this.title = title;
		this.arms = List.of(arms);
	}

	@BeforeAll
	void startApplications() {
		this.resources = new Conversation.Resources(files);
		Certificates certificates = Certificates.create("EC", "localhost");
		List<String> tls = List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys));
		for (Arm arm : this.arms) {
			List<String> properties = new ArrayList<>(tls);
			properties.addAll(arm.properties());
			ServerSide serverSide = new ServerSide();
			this.serverSides.put(arm, serverSide);
			this.applications.put(arm, RunningApplication.start(files, properties, serverSide));
		}
	}

	@AfterAll
	void stopApplications() throws IOException {
		this.applications.values().forEach(RunningApplication::close);
		this.table.publish(this.title, this.arms);
	}

	Stream<Arguments> cases() {
		return ProtocolCases.all()
			.stream()
			.flatMap((protocolCase) -> Stream.of(ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2)
				.filter(protocolCase::appliesTo)
				.flatMap((version) -> this.arms.stream()
					.filter(protocolCase::appliesTo)
					.map((arm) -> Arguments.of(protocolCase, version, arm))));
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("cases")
	void peerSeesWhatItShould(ProtocolCase protocolCase, ProtocolVersion version, Arm arm) throws IOException {
		List<String> expected = new ArrayList<>(protocolCase.alternatives(arm));
		expected.add(protocolCase.expected(version, arm));
		ServerSide serverSide = this.serverSides.get(arm);
		long before = handovers(arm);
		try (TlsPeer peer = TlsPeer.connect(version, this.applications.get(arm).port())) {
			Conversation conversation = new Conversation(this.resources, peer, serverSide.connection(peer.port()));
			if (!protocolCase.isFresh()) {
				conversation.begin();
				assertThat(peer.events()).containsExactly("file");
				assertThat(handovers(arm) - before).isEqualTo(arm.isOffloaded() ? 1 : 0);
				peer.clearEvents();
			}
			protocolCase.play(conversation);
			conversation.end();
			String verdict = String.join(", ", peer.events());
			peer.hangUp();
			this.table.add(protocolCase, version, arm, verdict, conversation.serverMessages());
			serverSide.forget(peer.port());
			assertThat(verdict).isIn(expected);
		}
	}

	private long handovers(Arm arm) {
		return arm.isOffloaded() ? this.applications.get(arm).statistics().getHandovers() : 0;
	}

}
