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

/**
 * Why a connection, or the whole application, keeps its TLS records in user space. Each
 * reason comes with a sentence that an operator can act on.
 */
public enum KtlsFallbackReason {

	/** The operating system is another one. */
	NOT_LINUX("Kernel TLS exists on Linux only; run the application on Linux to use it."),

	/** The processor architecture is another one. */
	UNSUPPORTED_ARCHITECTURE("Kernel TLS is used on 64-bit x86 and ARM only; run a 64-bit JVM on such a machine."),

	/** JNA cannot load its native library. */
	NATIVE_ACCESS_UNAVAILABLE("JNA could not load its native library; make java.io.tmpdir a writable directory that "
			+ "is not mounted noexec, or set -Djna.tmpdir to one; with --illegal-native-access=deny add "
			+ "--enable-native-access=ALL-UNNAMED; leave -Djna.boot.library.path out."),

	/** Netty's epoll transport cannot be used. */
	EPOLL_UNAVAILABLE("Netty's epoll transport could not be loaded; put netty-transport-native-epoll for this "
			+ "platform on the class path, make java.io.tmpdir writable and not noexec, and don't set "
			+ "io.netty.transport.noNative."),

	/** The TLS engine is not netty-tcnative's. */
	TCNATIVE_UNAVAILABLE("netty-tcnative with BoringSSL could not be loaded; put netty-tcnative-boringssl-static for "
			+ "this platform on the class path and make java.io.tmpdir writable and not noexec."),

	/** The TLS library does not give its key log. */
	KEY_LOG_UNAVAILABLE("This TLS library does not hand out its secrets; use netty-tcnative-boringssl-static."),

	/** The server does not do TLS. */
	SSL_NOT_ENABLED("The server has no TLS; configure server.ssl.* (or HttpServer.secure), or leave kernel TLS out."),

	/** The kernel has no TLS upper layer protocol. */
	MODULE_MISSING("The kernel's TLS module is not loaded; run 'modprobe tls' on the host and add 'tls' to a file in "
			+ "/etc/modules-load.d to keep it (a container uses its host's module)."),

	/** The kernel lacks the cipher. */
	CIPHER_NOT_IN_KERNEL("The kernel cannot encrypt with this cipher; load its crypto module on the host (for "
			+ "ChaCha20-Poly1305: 'modprobe chacha20poly1305') or prefer AES-GCM suites."),

	/** The kernel sends records but cannot receive them. */
	RECEIVE_NOT_IN_KERNEL("The kernel can send TLS records but not receive them; use Linux 4.17 or newer, or remove "
			+ "server.ssl.ktls.receive."),

	/** Receiving in this kernel can be attacked. */
	RECEIVE_ADVISORY("Peers can attack this kernel where it receives TLS records; update it, or, if the advisories are "
			+ "fixed in it under another number, set server.ssl.ktls.receive-despite-advisories=true."),

	/** The probe's records were not what they have to be. */
	PROBE_FAILED("The kernel's records did not pass the start-up probe; report the kernel release and this message."),

	/** The suite's cipher is none that the kernel knows. */
	CIPHER_SUITE_NOT_SUPPORTED("The negotiated cipher suite is none that is handed over; offer AES-GCM or "
			+ "ChaCha20-Poly1305 suites in server.ssl.ciphers."),

	/** The protocol version is neither 1.2 nor 1.3. */
	PROTOCOL_VERSION_NOT_SUPPORTED("Only TLS 1.2 and TLS 1.3 are handed over; set server.ssl.enabled-protocols."),

	/** The application protocol is one that does not gain. */
	APPLICATION_PROTOCOL(
			"HTTP/2 connections stay in user space: their frames are made there, so no file could leave by sendfile."),

	/** The channel is none of the epoll transport. */
	TRANSPORT_NOT_SUPPORTED("Only TCP sockets of Netty's epoll transport are handed over."),

	/** Somebody took the starter's part out of the server's configuration. */
	CUSTOMIZER_REPLACED("The web server was not configured by the starter; add customizers to the factory with "
			+ "addServerCustomizers, as setServerCustomizers replaces those that are there."),

	/** The TLS handler is none that Reactor Netty puts in when a connection begins. */
	FOREIGN_TLS_HANDLER(
			"The connection has no TLS handler where Reactor Netty puts it; configure TLS by server.ssl.* or "
					+ "HttpServer.secure, and do not redirect plain HTTP on the same port."),

	/** Sequence numbers are not certain. */
	RECORD_COUNT_UNCERTAIN("The number of records sent is not certain, so the connection keeps its TLS engine."),

	/** The key would not last. */
	RECORD_LIMIT_NEAR("So many records were sent before the handover that the key, which the kernel cannot replace, "
			+ "would soon be used up; the connection keeps its TLS engine. Hand over on the handshake, or raise "
			+ "server.ssl.ktls.key-update.record-limit."),

	/** The peer may have asked for new keys. */
	KEY_UPDATE_BEFORE_HANDOVER("The client sent a KeyUpdate, or records that cannot be told from one, before the "
			+ "handover; the connection keeps its TLS engine."),

	/** The secrets of the handshake are not there. */
	SECRETS_MISSING("The secrets of the handshake were not delivered or have expired; look for very slow handshakes "
			+ "or thousands of them at once, and have SNI mappings answer at once."),

	/** An operator has stopped handovers. */
	HANDOVERS_STOPPED("An operator has stopped handing connections over; resume it by the actuator endpoint 'ktls'."),

	/** The connection is not among those that are handed over for now. */
	NOT_ROLLED_OUT("Only a percentage of the connections is handed over; raise it by the actuator endpoint 'ktls' or "
			+ "server.ssl.ktls.rollout-percentage."),

	/** The connection is being closed. */
	CONNECTION_CLOSING("The connection was being closed when it was to be handed over."),

	/** What nobody thought of. */
	UNEXPECTED_FAILURE("The handover failed in a way that is not foreseen; the log has the exception, report it."),

	/** A system call failed. */
	SYSTEM_CALL_REFUSED("A system call was refused; look at the error number, seccomp profiles and security modules.");

	private final String advice;

	KtlsFallbackReason(String advice) {
		this.advice = advice;
	}

	/**
	 * Return what an operator can do about it.
	 * @return a full sentence
	 */
	public String getAdvice() {
		return this.advice;
	}

}
