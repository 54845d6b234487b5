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

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.github.ktls.tls.ProtocolVersion;

/**
 * Something that a peer does after the handshake, and what it sees then.
 */
final class ProtocolCase {

	private final String name;

	private final Script script;

	private final Map<ProtocolVersion, String> verdicts = new EnumMap<>(ProtocolVersion.class);

	private final Map<Arm, String> differences = new EnumMap<>(Arm.class);

	private final List<String> userSpaceAlternatives = new ArrayList<>();

	private String reason = "";

	private boolean fresh;

	private boolean receiving = true;

	ProtocolCase(String name, Script script) {
		this.name = name;
		this.script = script;
	}

	/**
	 * Set what is seen with TLS 1.3.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase tls13(String verdict) {
		this.verdicts.put(ProtocolVersion.TLS_1_3, verdict);
		return this;
	}

	/**
	 * Set what is seen with TLS 1.2.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase tls12(String verdict) {
		this.verdicts.put(ProtocolVersion.TLS_1_2, verdict);
		return this;
	}

	/**
	 * Set what is seen with either version.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase both(String verdict) {
		return tls13(verdict).tls12(verdict);
	}

	/**
	 * Be content with something else, too, in the arms in which the engine sends: with
	 * what two events lead to that the server may hear of together or one by one.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase orInUserSpace(String verdict) {
		this.userSpaceAlternatives.add(verdict);
		return this;
	}

	/**
	 * Have this be the first thing after the handshake.
	 * @return this
	 */
	ProtocolCase atOnce() {
		this.fresh = true;
		return this;
	}

	/**
	 * Expect something else of the arms in which the kernel sends.
	 * @param verdict the events
	 * @param why why that is right
	 * @return this
	 */
	ProtocolCase butInKernel(String verdict, String why) {
		for (Arm arm : Arm.values()) {
			if (arm.isOffloaded()) {
				this.differences.put(arm, verdict);
			}
		}
		this.reason = why;
		return this;
	}

	/**
	 * Expect something else of the arms in which the kernel sends and takes no next key.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase butWithoutRekey(String verdict) {
		return KernelRelease.isRekeying() ? this : butInKernel(verdict,
				"this kernel takes no next key, so the connection ends after the response under way");
	}

	/**
	 * Expect something else of the arm in which the kernel receives, too.
	 * @param verdict the events
	 * @param why why that is right
	 * @return this
	 */
	ProtocolCase butReceiving(String verdict, String why) {
		this.differences.put(Arm.TX_RX, verdict);
		this.reason = this.reason.isEmpty() ? why : this.reason + "; receiving: " + why;
		return this;
	}

	/**
	 * Expect something else of the arm in which the kernel receives, too, and takes no
	 * next key.
	 * @param verdict the events
	 * @return this
	 */
	ProtocolCase butReceivingWithoutRekey(String verdict) {
		return KernelRelease.isRekeying() ? this
				: butReceiving(verdict, "this kernel cannot read what follows a KeyUpdate");
	}

	/**
	 * Expect something else of the arm in which the kernel receives, too, and takes a
	 * next key.
	 * @param verdict the events
	 * @param why why that is right
	 * @return this
	 */
	ProtocolCase butReceivingWithRekey(String verdict, String why) {
		return KernelRelease.isRekeying() ? butReceiving(verdict, why) : this;
	}

	/**
	 * Expect something else of the arms in which the kernel sends and takes a next key.
	 * @param verdict the events
	 * @param why why that is right
	 * @return this
	 */
	ProtocolCase butWithRekey(String verdict, String why) {
		return KernelRelease.isRekeying() ? butInKernel(verdict, why) : this;
	}

	/**
	 * Leave out the arm in which the kernel receives, too, if it takes no next key: what
	 * is behind the KeyUpdate then stays in the socket, and this waits for it to be read.
	 * @return this
	 */
	ProtocolCase notReceivingWithoutRekey() {
		this.receiving = KernelRelease.isRekeying();
		return this;
	}

	boolean appliesTo(ProtocolVersion version) {
		return this.verdicts.containsKey(version);
	}

	boolean appliesTo(Arm arm) {
		return this.receiving || arm != Arm.TX_RX;
	}

	boolean isFresh() {
		return this.fresh;
	}

	String reason() {
		return this.reason;
	}

	String expected(ProtocolVersion version, Arm arm) {
		return this.differences.getOrDefault(arm, this.verdicts.getOrDefault(version, ""));
	}

	/**
	 * Return what else may be seen.
	 * @param arm how the server sends
	 * @return sequences of events, none as a rule
	 */
	List<String> alternatives(Arm arm) {
		return arm.isOffloaded() ? List.of() : List.copyOf(this.userSpaceAlternatives);
	}

	void play(Conversation conversation) {
		this.script.play(conversation);
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * What the peer does.
	 */
	interface Script {

		/**
		 * Do it.
		 * @param it the connection
		 */
		void play(Conversation it);

	}

}
