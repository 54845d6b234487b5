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

package io.github.ktls.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.EthtoolConstants;
import io.github.ktls.linux.EthtoolDrvinfo;
import io.github.ktls.linux.EthtoolGfeatures;
import io.github.ktls.linux.EthtoolGstrings;
import io.github.ktls.linux.EthtoolSfeatures;
import io.github.ktls.linux.EthtoolSsetInfo;
import io.github.ktls.linux.EthtoolStats;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

/**
 * Asks for and changes what {@code ethtool -k}, {@code -S} and {@code -K} do
 * ({@code net/ethtool/ioctl.c}). Not thread-safe.
 */
final class Ethtool implements AutoCloseable {

	/**
	 * What a driver counts may grow between two calls, and kernels of old write all of it
	 * whatever room there is.
	 */
	private static final int SPARE_STRINGS = 1024;

	private static final String TLS = "tls";

	private final SystemCalls systemCalls;

	private final int fd;

	/** The names of the features, which are the same for all interfaces. */
	private @Nullable List<String> featureNames;

	private Ethtool(SystemCalls systemCalls, int fd) {
		this.systemCalls = systemCalls;
		this.fd = fd;
	}

	static Ethtool open(SystemCalls systemCalls) throws IOException {
		return new Ethtool(systemCalls,
				systemCalls.socket(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM | SocketConstants.SOCK_CLOEXEC));
	}

	/**
	 * Ask for the features for TLS.
	 * @param name the interface
	 * @return the state of each
	 * @throws IOException if the kernel does not tell
	 */
	Map<TlsFeature, FeatureState> features(String name) throws IOException {
		List<String> names = featureNames(name);
		return parseFeatures(names, features(name, names));
	}

	private ByteBuffer features(String name, List<String> names) throws IOException {
		ByteBuffer command = command(EthtoolGfeatures.size(blocks(names)));
		EthtoolGfeatures.write(command, blocks(names));
		call(name, command, "ETHTOOL_GFEATURES");
		return command;
	}

	static Map<TlsFeature, FeatureState> parseFeatures(List<String> names, ByteBuffer answer) {
		Map<TlsFeature, FeatureState> states = new EnumMap<>(TlsFeature.class);
		for (TlsFeature feature : TlsFeature.values()) {
			int index = names.indexOf(feature.featureName());
			states.put(feature,
					(index < 0 || !EthtoolGfeatures.isTold(answer, index)) ? FeatureState.UNKNOWN : FeatureState
						.of(EthtoolGfeatures.isActive(answer, index), EthtoolGfeatures.isChangeable(answer, index)));
		}
		return states;
	}

	/**
	 * Switch a feature, or leave all as it is: where the kernel takes only note of the
	 * request, or does not tell what came of it, the request is taken back.
	 * @param name the interface
	 * @param feature the feature
	 * @param on whether it is to be on
	 * @throws FeatureBlockedException if another feature is in the way
	 * @throws IOException if it is not known to be afterwards as it is to be; with a
	 * suppressed one if the request could not be taken back
	 */
	void change(String name, TlsFeature feature, boolean on) throws IOException {
		List<String> names = featureNames(name);
		int index = names.indexOf(feature.featureName());
		if (index < 0) {
			throw new NativeIoException("ioctl(ETHTOOL_SFEATURES)", Errno.EOPNOTSUPP);
		}
		ByteBuffer before = features(name, names);
		boolean requested = EthtoolGfeatures.isTold(before, index) && EthtoolGfeatures.isRequested(before, index);
		if ((request(name, names, index, on) & EthtoolConstants.ETHTOOL_F_UNSUPPORTED) != 0) {
			throw new NativeIoException("ioctl(ETHTOOL_SFEATURES)", Errno.EOPNOTSUPP);
		}
		try {
			FeatureState state = features(name).getOrDefault(feature, FeatureState.UNKNOWN);
			if (state.isOn() != on) {
				throw new FeatureBlockedException(name, feature, on);
			}
		}
		catch (IOException | RuntimeException | Error ex) {
			// A request that stays would be granted as soon as the other feature comes.
			takeBack(name, names, index, requested, ex);
			throw ex;
		}
	}

	private void takeBack(String name, List<String> names, int index, boolean requested, Throwable cause) {
		try {
			request(name, names, index, requested);
		}
		catch (IOException | RuntimeException ex) {
			cause.addSuppressed(ex);
		}
	}

	private int request(String name, List<String> names, int index, boolean on) throws IOException {
		ByteBuffer command = command(EthtoolSfeatures.size(blocks(names)));
		EthtoolSfeatures.write(command, blocks(names), index, on);
		return call(name, command, "ETHTOOL_SFEATURES");
	}

	/**
	 * Ask for the driver.
	 * @param name the interface
	 * @return the driver's name, or {@code null} if it has none
	 * @throws IOException if the interface is gone
	 */
	@Nullable String driver(String name) throws IOException {
		ByteBuffer command = command(EthtoolDrvinfo.SIZE);
		EthtoolDrvinfo.write(command);
		try {
			call(name, command, "ETHTOOL_GDRVINFO");
		}
		catch (NativeIoException ex) {
			ensureThere(ex);
			return null;
		}
		String driver = EthtoolDrvinfo.driver(command);
		return driver.isEmpty() ? null : driver;
	}

	/**
	 * Ask for what the driver counts of TLS.
	 * @param name the interface
	 * @return the values by the driver's names; empty if it counts none
	 * @throws IOException if the interface is gone
	 */
	Map<String, Long> tlsStatistics(String name) throws IOException {
		try {
			int count = count(name, EthtoolConstants.ETH_SS_STATS);
			if (count == 0) {
				return Map.of();
			}
			List<String> names = strings(name, EthtoolConstants.ETH_SS_STATS, count);
			ByteBuffer command = command(EthtoolStats.size(count + SPARE_STRINGS));
			EthtoolStats.write(command, count);
			call(name, command, "ETHTOOL_GSTATS");
			return parseStatistics(names, command);
		}
		catch (NativeIoException ex) {
			ensureThere(ex);
			return Map.of();
		}
	}

	static Map<String, Long> parseStatistics(List<String> names, ByteBuffer answer) {
		// Of two answers that do not fit together none can be told whose value is whose.
		if (EthtoolStats.count(answer) != names.size()) {
			return Map.of();
		}
		Map<String, Long> values = new LinkedHashMap<>();
		for (int i = 0; i < names.size(); i++) {
			if (names.get(i).contains(TLS)) {
				values.put(names.get(i), EthtoolStats.value(answer, i));
			}
		}
		return Collections.unmodifiableMap(values);
	}

	private List<String> featureNames(String name) throws IOException {
		List<String> names = this.featureNames;
		if (names == null) {
			int count = count(name, EthtoolConstants.ETH_SS_FEATURES);
			names = (count > 0) ? strings(name, EthtoolConstants.ETH_SS_FEATURES, count) : List.of();
			this.featureNames = names;
		}
		return names;
	}

	private int count(String name, int stringSet) throws IOException {
		ByteBuffer command = command(EthtoolSsetInfo.SIZE);
		EthtoolSsetInfo.write(command, stringSet);
		call(name, command, "ETHTOOL_GSSET_INFO");
		return EthtoolSsetInfo.count(command, stringSet);
	}

	private List<String> strings(String name, int stringSet, int count) throws IOException {
		ByteBuffer command = command(EthtoolGstrings.size(count + SPARE_STRINGS));
		EthtoolGstrings.write(command, stringSet, count);
		call(name, command, "ETHTOOL_GSTRINGS");
		List<String> strings = new ArrayList<>();
		for (int i = 0; i < EthtoolGstrings.count(command); i++) {
			strings.add(EthtoolGstrings.string(command, i));
		}
		return strings;
	}

	private static int blocks(List<String> names) {
		return (names.size() + Integer.SIZE - 1) / Integer.SIZE;
	}

	private static void ensureThere(NativeIoException refusal) throws NativeIoException {
		if (refusal.getErrno() == Errno.ENODEV) {
			throw refusal;
		}
	}

	private int call(String name, ByteBuffer command, String call) throws IOException {
		return this.systemCalls.ethtool(this.fd, name, command, call);
	}

	private static ByteBuffer command(int size) {
		return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
	}

	@Override
	public void close() throws IOException {
		this.systemCalls.close(this.fd);
	}

}
