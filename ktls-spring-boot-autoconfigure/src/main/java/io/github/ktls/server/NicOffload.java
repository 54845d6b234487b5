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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FeatureBlockedException;
import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.kernel.NetworkInterfaces;
import io.github.ktls.kernel.TlsFeature;

/**
 * Has network cards encrypt, or has them not do it, for as long as servers want it. The
 * kernel decides for each socket by the features of the interface that its route leads
 * to, so these are all that there is to decide. Servers of one process share what is
 * here: what was changed is changed back when the last of them stops, or else when the
 * process ends. Thread-safe.
 */
final class NicOffload {

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(NicOffload.class);

	private static final Map<KernelTls, NicOffload> SHARED = Collections.synchronizedMap(new WeakHashMap<>());

	private final NetworkInterfaces interfaces;

	private final Map<Key, Change> changes = new LinkedHashMap<>();

	private int leases;

	private @Nullable Thread shutdownHook;

	NicOffload(NetworkInterfaces interfaces) {
		this.interfaces = interfaces;
	}

	/**
	 * Return what the servers of this process share.
	 * @param kernel the kernel
	 * @return the one of this kernel
	 */
	static NicOffload of(KernelTls kernel) {
		return SHARED.computeIfAbsent(kernel, (key) -> new NicOffload(key.networkInterfaces()));
	}

	/**
	 * Look at the interfaces that traffic leaves by and switch what is to be switched.
	 * @param mode what to do
	 * @param receive whether the kernel is to decrypt, too
	 * @return what was found and done, to be released when the server stops
	 */
	synchronized Lease acquire(NicOffloadMode mode, boolean receive) {
		Lease lease = new Lease(describe(mode, receive));
		this.leases++;
		return lease;
	}

	private String describe(NicOffloadMode mode, boolean receive) {
		List<TlsFeature> features = receive ? List.of(TlsFeature.TRANSMIT, TlsFeature.RECEIVE)
				: List.of(TlsFeature.TRANSMIT);
		NicOffloadReport report = new NicOffloadReport();
		try {
			for (NetworkInterfaceFeatures found : this.interfaces.look()) {
				for (TlsFeature feature : features) {
					report.add(found.name(), feature, found.state(feature), apply(mode, found, feature));
				}
			}
		}
		catch (IOException | RuntimeException | LinkageError ex) {
			// Nothing of this is a reason not to start.
			return "unknown (" + ex.getMessage() + ")";
		}
		return report.describe(mode);
	}

	private NicOffloadReport.Action apply(NicOffloadMode mode, NetworkInterfaceFeatures found, TlsFeature feature) {
		FeatureState state = found.state(feature);
		boolean on = (mode == NicOffloadMode.AUTO);
		if (mode == NicOffloadMode.OBSERVE || state != (on ? FeatureState.OFF : FeatureState.ON)) {
			return NicOffloadReport.Action.NONE;
		}
		try {
			this.interfaces.change(found.index(), found.name(), feature, on);
		}
		catch (IOException ex) {
			logger.debug("{} of {} stays as it is", feature.featureName(), found.name(), ex);
			if (ex.getSuppressed().length > 0) {
				logger.warn("Cannot take back a request for a feature; run '{}'", command(found.name(), feature, !on),
						ex);
			}
			return (ex instanceof FeatureBlockedException) ? NicOffloadReport.Action.BLOCKED
					: NicOffloadReport.Action.REFUSED;
		}
		putBackAtTheEnd();
		this.changes.merge(new Key(found.name(), found.index(), feature), new Change(!on, on),
				(earlier, now) -> new Change(earlier.original(), now.present()));
		return NicOffloadReport.Action.SWITCHED;
	}

	// A server may not come to stop in order, or not even to start.
	private void putBackAtTheEnd() {
		if (this.shutdownHook == null) {
			Thread hook = new Thread(this::putBack, "ktls-nic-offload");
			try {
				Runtime.getRuntime().addShutdownHook(hook);
				this.shutdownHook = hook;
			}
			catch (IllegalStateException ex) {
				logger.debug("The process ends already", ex);
			}
		}
	}

	private synchronized void release() {
		if (--this.leases > 0) {
			return;
		}
		putBack();
		Thread hook = this.shutdownHook;
		this.shutdownHook = null;
		try {
			if (hook != null) {
				Runtime.getRuntime().removeShutdownHook(hook);
			}
		}
		catch (IllegalStateException ex) {
			logger.debug("The process ends already", ex);
		}
	}

	private synchronized void putBack() {
		List<Map.Entry<Key, Change>> entries = new ArrayList<>(this.changes.entrySet());
		this.changes.clear();
		entries.forEach((entry) -> putBack(entry.getKey(), entry.getValue()));
	}

	private void putBack(Key key, Change change) {
		if (change.original() == change.present()) {
			return;
		}
		try {
			FeatureState state = this.interfaces.state(key.index(), key.name(), key.feature());
			// Else somebody has changed it meanwhile, or the interface is gone.
			if (state == (change.present() ? FeatureState.ON : FeatureState.OFF)) {
				this.interfaces.change(key.index(), key.name(), key.feature(), change.original());
				logger.debug("Put back: {}", command(key.name(), key.feature(), change.original()));
			}
		}
		catch (IOException ex) {
			logger.warn("Cannot put back a feature that was switched at the start; run '{}'",
					command(key.name(), key.feature(), change.original()), ex);
		}
	}

	static String command(String name, TlsFeature feature, boolean on) {
		return "ethtool -K %s %s %s".formatted(name, feature.featureName(), on ? "on" : "off");
	}

	/**
	 * What one server holds.
	 */
	final class Lease {

		private final String description;

		private final AtomicBoolean released = new AtomicBoolean();

		private Lease(String description) {
			this.description = description;
		}

		/**
		 * Return what was found and done.
		 * @return a part of a sentence
		 */
		String description() {
			return this.description;
		}

		/**
		 * Have changed back what was changed, unless another server still wants it. The
		 * second time nothing happens.
		 */
		void release() {
			if (this.released.compareAndSet(false, true)) {
				NicOffload.this.release();
			}
		}

	}

	/**
	 * A feature of an interface.
	 *
	 * @param name the interface's name when it was found
	 * @param index its number
	 * @param feature the feature
	 */
	private record Key(String name, int index, TlsFeature feature) {

	}

	/**
	 * What was changed.
	 *
	 * @param original whether it was on before
	 * @param present whether it was on afterwards
	 */
	private record Change(boolean original, boolean present) {

	}

}
