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

package io.github.ktls.server;

import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;

/**
 * How a server uses kernel TLS.
 *
 * @param settings when connections are handed over, and in which directions
 * @param required whether the server must not start where the kernel cannot do it
 * @param receiveDespiteAdvisories whether to let the kernel decrypt even if its release
 * is known for a bug that a peer can reach
 * @param nicOffload what to do about network cards
 * @param rollout steers which new connections are handed over while the server runs
 * @param statistics counts what happens; several servers may share it
 * @param status is told what was found when the server was started
 */
public record KernelTlsOptions(KtlsSettings settings, boolean required, boolean receiveDespiteAdvisories,
		NicOffloadMode nicOffload, KtlsRollout rollout, KtlsStatistics statistics, KtlsStatus status) {

	/**
	 * Return the options of a server for which nothing is configured.
	 * @return default settings, not required, for all connections, with statistics of
	 * their own
	 */
	public static KernelTlsOptions defaults() {
		return new KernelTlsOptions(KtlsSettings.defaults(), false, false, NicOffloadMode.AUTO, KtlsRollout.complete(),
				new KtlsStatistics(), new KtlsStatus());
	}

	/**
	 * Decide when connections are handed over, and in which directions.
	 * @param settings the settings
	 * @return options that differ in this
	 */
	public KernelTlsOptions withSettings(KtlsSettings settings) {
		return new KernelTlsOptions(settings, this.required, this.receiveDespiteAdvisories, this.nicOffload,
				this.rollout, this.statistics, this.status);
	}

	/**
	 * Decide whether the server must not start where the kernel cannot do it.
	 * @param required whether kernel TLS is required
	 * @return options that differ in this
	 */
	public KernelTlsOptions withRequired(boolean required) {
		return new KernelTlsOptions(this.settings, required, this.receiveDespiteAdvisories, this.nicOffload,
				this.rollout, this.statistics, this.status);
	}

	/**
	 * Decide whether to let the kernel decrypt even if its release is known for a bug
	 * that a peer can reach.
	 * @param receiveDespiteAdvisories whether the advisories are ignored
	 * @return options that differ in this
	 */
	public KernelTlsOptions withReceiveDespiteAdvisories(boolean receiveDespiteAdvisories) {
		return new KernelTlsOptions(this.settings, this.required, receiveDespiteAdvisories, this.nicOffload,
				this.rollout, this.statistics, this.status);
	}

	/**
	 * Decide what to do about network cards.
	 * @param nicOffload what to do
	 * @return options that differ in this
	 */
	public KernelTlsOptions withNicOffload(NicOffloadMode nicOffload) {
		return new KernelTlsOptions(this.settings, this.required, this.receiveDespiteAdvisories, nicOffload,
				this.rollout, this.statistics, this.status);
	}

	/**
	 * Have it steered which new connections are handed over.
	 * @param rollout is asked for each of them
	 * @return options that differ in this
	 */
	public KernelTlsOptions withRollout(KtlsRollout rollout) {
		return new KernelTlsOptions(this.settings, this.required, this.receiveDespiteAdvisories, this.nicOffload,
				rollout, this.statistics, this.status);
	}

	/**
	 * Have counted elsewhere what happens.
	 * @param statistics the counters
	 * @return options that differ in this
	 */
	public KernelTlsOptions withStatistics(KtlsStatistics statistics) {
		return new KernelTlsOptions(this.settings, this.required, this.receiveDespiteAdvisories, this.nicOffload,
				this.rollout, statistics, this.status);
	}

	/**
	 * Have told elsewhere what was found when the server was started.
	 * @param status is told
	 * @return options that differ in this
	 */
	public KernelTlsOptions withStatus(KtlsStatus status) {
		return new KernelTlsOptions(this.settings, this.required, this.receiveDespiteAdvisories, this.nicOffload,
				this.rollout, this.statistics, status);
	}

}
