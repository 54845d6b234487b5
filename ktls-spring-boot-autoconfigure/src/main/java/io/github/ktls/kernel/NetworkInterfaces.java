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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;

/**
 * The network interfaces of this process's namespace, and what they do for TLS. Looks
 * each time that it is asked; thread-safe.
 */
public final class NetworkInterfaces {

	private final @Nullable SystemCalls systemCalls;

	NetworkInterfaces(@Nullable SystemCalls systemCalls) {
		this.systemCalls = systemCalls;
	}

	/**
	 * Look at the interfaces that traffic may leave by.
	 * @return the interfaces; one that disappears meanwhile is left out, and of one that
	 * does not tell everything is unknown
	 * @throws IOException if the kernel does not tell
	 * @see NetworkInterfaceFeatures#all()
	 */
	public List<NetworkInterfaceFeatures> look() throws IOException {
		if (this.systemCalls == null) {
			return List.of();
		}
		Set<String> names = Routes.interfaces(this.systemCalls);
		if (names.isEmpty()) {
			return List.of();
		}
		Links links = links(this.systemCalls);
		List<NetworkInterfaceFeatures> found = new ArrayList<>();
		try (Ethtool ethtool = Ethtool.open(this.systemCalls)) {
			for (Map.Entry<String, Set<String>> lowest : links.lowest(names).entrySet()) {
				NetworkInterfaceFeatures features = look(ethtool, lowest.getKey(), links.index(lowest.getKey()),
						lowest.getValue());
				if (features != null) {
					found.add(features);
				}
			}
		}
		return found;
	}

	// Where netlink is forbidden, what routes name is looked at as it is.
	private static Links links(SystemCalls systemCalls) {
		try {
			return Links.read(systemCalls);
		}
		catch (IOException ex) {
			return new Links(List.of());
		}
	}

	private static @Nullable NetworkInterfaceFeatures look(Ethtool ethtool, String name, int index,
			Set<String> uppers) {
		try {
			Map<TlsFeature, FeatureState> features = ethtool.features(name);
			boolean capable = features.values().stream().anyMatch(FeatureState::isThere);
			return new NetworkInterfaceFeatures(name, index, List.copyOf(uppers), ethtool.driver(name), features,
					capable ? ethtool.tlsStatistics(name) : Map.of());
		}
		catch (NativeIoException ex) {
			if (ex.getErrno() == Errno.ENODEV) {
				return null;
			}
			return unknown(name, index, uppers);
		}
		catch (IOException ex) {
			return unknown(name, index, uppers);
		}
	}

	// One that does not tell must not hide the others.
	private static NetworkInterfaceFeatures unknown(String name, int index, Set<String> uppers) {
		return new NetworkInterfaceFeatures(name, index, List.copyOf(uppers), null, Map.of(), Map.of());
	}

	/**
	 * Return the state of a feature.
	 * @param index the interface's number
	 * @param name the name that it had
	 * @param feature the feature
	 * @return the state, {@link FeatureState#UNKNOWN} where the interface is gone
	 * @throws IOException if the kernel does not tell
	 */
	public FeatureState state(int index, String name, TlsFeature feature) throws IOException {
		String present = presentName(index, name);
		if (this.systemCalls == null || present == null) {
			return FeatureState.UNKNOWN;
		}
		try (Ethtool ethtool = Ethtool.open(this.systemCalls)) {
			return ethtool.features(present).getOrDefault(feature, FeatureState.UNKNOWN);
		}
		catch (NativeIoException ex) {
			if (ex.getErrno() == Errno.ENODEV) {
				return FeatureState.UNKNOWN;
			}
			throw ex;
		}
	}

	/**
	 * Switch a feature. The kernel does it for {@code CAP_NET_ADMIN} only.
	 * @param index the interface's number
	 * @param name the name that it had
	 * @param feature the feature
	 * @param on whether it is to be on
	 * @throws FeatureBlockedException if another feature is in the way
	 * @throws IOException if the kernel does not do it, a {@link NativeIoException} with
	 * {@code EPERM} if we may not; with a suppressed one if it could not be undone
	 */
	public void change(int index, String name, TlsFeature feature, boolean on) throws IOException {
		String present = presentName(index, name);
		if (this.systemCalls == null || present == null) {
			throw new NativeIoException("ioctl(ETHTOOL_SFEATURES)", Errno.ENODEV);
		}
		try (Ethtool ethtool = Ethtool.open(this.systemCalls)) {
			ethtool.change(present, feature, on);
		}
	}

	// Interfaces may be renamed, and another one may get the name.
	private @Nullable String presentName(int index, String name) {
		if (this.systemCalls == null || index == 0) {
			return name;
		}
		try {
			return Links.read(this.systemCalls).name(index);
		}
		catch (IOException ex) {
			return name;
		}
	}

}
