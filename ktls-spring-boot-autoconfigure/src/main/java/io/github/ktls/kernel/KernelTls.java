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

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.linux.SystemCalls;

/**
 * The TLS of the running kernel, as probed through one set of system calls. Immutable and
 * thread-safe.
 */
public final class KernelTls {

	private final @Nullable SystemCalls systemCalls;

	private final KtlsCapabilities capabilities;

	private final @Nullable KtlsFallback unavailability;

	private final List<KernelAdvisory> advisories;

	private final @Nullable OffloadWitness witness;

	private KernelTls(@Nullable SystemCalls systemCalls, KtlsCapabilities capabilities,
			@Nullable KtlsFallback unavailability, List<KernelAdvisory> advisories) {
		this.systemCalls = systemCalls;
		this.capabilities = capabilities;
		this.unavailability = unavailability;
		this.advisories = List.copyOf(advisories);
		this.witness = (systemCalls != null) ? new OffloadWitness(systemCalls) : null;
	}

	/**
	 * Return the running kernel's TLS, which is probed at the first call.
	 * @return the kernel's TLS
	 */
	public static KernelTls get() {
		return Holder.INSTANCE;
	}

	/**
	 * Probe the kernel through given system calls. The advisories are those of the
	 * running kernel.
	 * @param systemCalls the system calls
	 * @return the kernel's TLS
	 */
	public static KernelTls probe(SystemCalls systemCalls) {
		return probe(systemCalls, KernelAdvisories.read());
	}

	static KernelTls probe(SystemCalls systemCalls, List<KernelAdvisory> advisories) {
		KtlsCapabilities capabilities = new CapabilityProbe(systemCalls).probe();
		KtlsFallback unavailability = capabilities.isAnyTransmit() ? null
				: capabilities.firstFallback().orElseGet(() -> KtlsFallback.of(KtlsFallbackReason.PROBE_FAILED));
		return new KernelTls(systemCalls, capabilities, unavailability, advisories);
	}

	/**
	 * Create the TLS of a kernel that cannot be used.
	 * @param unavailability why not
	 * @return the kernel's TLS
	 */
	static KernelTls unavailable(KtlsFallback unavailability) {
		return new KernelTls(null, new KtlsCapabilities(Map.of()), unavailability, List.of());
	}

	private static KernelTls detect() {
		String os = System.getProperty("os.name", "");
		if (!os.equalsIgnoreCase("Linux")) {
			return unavailable(new KtlsFallback(KtlsFallbackReason.NOT_LINUX, os));
		}
		String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
		if (!architecture.equals("amd64") && !architecture.equals("aarch64")) {
			return unavailable(new KtlsFallback(KtlsFallbackReason.UNSUPPORTED_ARCHITECTURE, architecture));
		}
		try {
			return probe(new JnaSystemCalls());
		}
		catch (VirtualMachineError ex) {
			throw ex;
		}
		catch (Error ex) {
			// Not a LinkageError only: JNA throws an Error where it finds a native
			// library
			// of another version.
			return unavailable(new KtlsFallback(KtlsFallbackReason.NATIVE_ACCESS_UNAVAILABLE, rootMessage(ex)));
		}
	}

	private static String rootMessage(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root.toString();
	}

	/**
	 * Return whether at least one version and cipher can be handed over.
	 * @return whether kernel TLS is available
	 */
	public boolean isAvailable() {
		return this.unavailability == null;
	}

	/**
	 * Make sure that kernel TLS is available.
	 * @throws KtlsException if it is not
	 */
	public void ensureAvailability() {
		if (this.unavailability != null) {
			throw new KtlsException(this.unavailability);
		}
	}

	/**
	 * Return why kernel TLS is not available.
	 * @return the reason, or {@code null} where it is available
	 */
	public @Nullable KtlsFallback unavailabilityCause() {
		return this.unavailability;
	}

	/**
	 * Return which kernel this is.
	 * @return its name and release, for example {@code Linux 6.1.0-44-amd64}
	 */
	public String release() {
		return System.getProperty("os.name", "") + " " + System.getProperty("os.version", "");
	}

	/**
	 * Return what the kernel can do.
	 * @return the capabilities
	 */
	public KtlsCapabilities capabilities() {
		return this.capabilities;
	}

	/**
	 * Return the published defects that the running kernel's TLS has, as far as its
	 * release tells.
	 * @return the advisories, read once
	 */
	public List<KernelAdvisory> advisories() {
		return this.advisories;
	}

	/**
	 * Return why no receiving side at all can be handed over.
	 * @param despiteAdvisories whether to receive although peers can attack the kernel by
	 * it
	 * @return the reason, or empty where the kernel receives at least one version and
	 * cipher
	 */
	public Optional<KtlsFallback> receiveFallback(boolean despiteAdvisories) {
		if (this.unavailability != null) {
			return Optional.of(this.unavailability);
		}
		if (!this.capabilities.isAnyReceive()) {
			return this.capabilities.firstReceiveFallback();
		}
		String ids = this.advisories.stream()
			.filter(KernelAdvisory::receivedFromPeer)
			.map(KernelAdvisory::id)
			.collect(Collectors.joining(", "));
		return (despiteAdvisories || ids.isEmpty()) ? Optional.empty()
				: Optional.of(new KtlsFallback(KtlsFallbackReason.RECEIVE_ADVISORY, ids));
	}

	/**
	 * Create the kernel TLS of a socket.
	 * @param fd the socket's descriptor, which stays the caller's
	 * @return the view of the socket
	 * @throws KtlsException if kernel TLS is not available
	 */
	public KtlsSocket socket(int fd) {
		ensureAvailability();
		if (this.systemCalls == null) {
			throw new IllegalStateException("Available without system calls");
		}
		return new KtlsSocket(this.systemCalls, fd, this.witness);
	}

	/**
	 * Return the network interfaces of this process's namespace.
	 * @return the interfaces, of which there are none where this is not Linux
	 */
	public NetworkInterfaces networkInterfaces() {
		return new NetworkInterfaces(this.systemCalls);
	}

	private static final class Holder {

		static final KernelTls INSTANCE = detect();

	}

}
