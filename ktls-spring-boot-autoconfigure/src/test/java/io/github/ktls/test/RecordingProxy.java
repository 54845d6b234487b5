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

package io.github.ktls.test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and a server and keeps every byte that either of them sends.
 * What a client has received is already recorded.
 */
public final class RecordingProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final int targetPort;

	private final List<Recording> recordings = new CopyOnWriteArrayList<>();

	private RecordingProxy(ServerSocket listener, int targetPort) {
		this.listener = listener;
		this.targetPort = targetPort;
	}

	/**
	 * Start to listen on a free port of the loopback interface.
	 * @param targetPort where connections go to
	 * @return the proxy
	 */
	public static RecordingProxy start(int targetPort) {
		try {
			RecordingProxy proxy = new RecordingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
					targetPort);
			run("proxy", proxy::accept);
			return proxy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return where to connect to.
	 * @return the port
	 */
	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Return the connections so far.
	 * @return the connections in their order
	 */
	public List<Recording> recordings() {
		return this.recordings;
	}

	/**
	 * Return the only connection.
	 * @return the connection
	 */
	public Recording recording() {
		if (this.recordings.size() != 1) {
			throw new IllegalStateException("There were " + this.recordings.size() + " connections");
		}
		return this.recordings.get(0);
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.targetPort);
				Recording recording = new Recording(client, server);
				this.recordings.add(recording);
				run("proxy-client", () -> recording.pump(client, server, recording.fromClient));
				run("proxy-server", () -> recording.pump(server, client, recording.fromServer));
			}
			catch (IOException ex) {
				// Closed, or the server is gone, which the client finds out.
			}
		}
	}

	private static void run(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
			this.recordings.forEach(Recording::abort);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * One connection.
	 */
	public static final class Recording {

		private final Socket client;

		private final Socket server;

		private final ByteArrayOutputStream fromClient = new ByteArrayOutputStream();

		private final ByteArrayOutputStream fromServer = new ByteArrayOutputStream();

		private Recording(Socket client, Socket server) {
			this.client = client;
			this.server = server;
		}

		/**
		 * Return what the server has for the client's address.
		 * @return address and port
		 */
		public String peer() {
			return this.server.getLocalAddress().getHostAddress() + ":" + this.server.getLocalPort();
		}

		/**
		 * Return what the client sent so far.
		 * @return the bytes
		 */
		public Wire fromClient() {
			return new Wire(this.fromClient.toByteArray());
		}

		/**
		 * Return what the server sent so far.
		 * @return the bytes
		 */
		public Wire fromServer() {
			return new Wire(this.fromServer.toByteArray());
		}

		private void pump(Socket source, Socket target, ByteArrayOutputStream record) {
			byte[] buffer = new byte[64 * 1024];
			try {
				InputStream in = source.getInputStream();
				OutputStream out = target.getOutputStream();
				boolean wanted = true;
				for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
					record.write(buffer, 0, read);
					wanted = wanted && write(out, buffer, read);
				}
				if (wanted) {
					target.shutdownOutput();
				}
			}
			catch (IOException ex) {
				// A reset here is one there.
				abort();
			}
		}

		// One who does not listen any more may have said something before: that is for
		// the other direction to find out.
		private static boolean write(OutputStream out, byte[] bytes, int length) {
			try {
				out.write(bytes, 0, length);
				return true;
			}
			catch (IOException ex) {
				return false;
			}
		}

		private void abort() {
			reset(this.client);
			reset(this.server);
		}

		private static void reset(Socket socket) {
			try {
				socket.setSoLinger(true, 0);
				socket.close();
			}
			catch (IOException ex) {
				// It is closed already.
			}
		}

	}

}
