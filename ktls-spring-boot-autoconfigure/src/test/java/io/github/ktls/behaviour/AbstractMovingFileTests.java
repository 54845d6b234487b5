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

package io.github.ktls.behaviour;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files that change while they are sent, and what only looks like a file. A client gets
 * the bytes that were there when the response began, or sees that it does not.
 */
abstract class AbstractMovingFileTests extends AbstractBehaviourTests {

	private static final int LARGE = 16 * 1024 * 1024;

	private static final int SMALL = 100_000;

	private static final int RECEIVED = 100_000;

	private final AtomicReference<Runnable> betweenLookAndOpen = new AtomicReference<>();

	AbstractMovingFileTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		TestFiles.random(files.resolve("file"), SMALL);
	}

	@Override
	void prepareContext(ConfigurableApplicationContext context) {
		((GenericApplicationContext) context).registerBean("replacedRoute", RouterFunction.class,
				() -> RouterFunctions.route(RequestPredicates.GET("/replaced/{name}"),
						(request) -> ServerResponse.ok()
							.contentType(MediaType.APPLICATION_OCTET_STREAM)
							.bodyValue(replaced(files.resolve(request.pathVariable("name"))))));
	}

	private Resource replaced(Path path) {
		return new FileSystemResource(path) {

			@Override
			public long contentLength() throws IOException {
				long length = super.contentLength();
				Runnable change = AbstractMovingFileTests.this.betweenLookAndOpen.getAndSet(null);
				if (change != null) {
					change.run();
				}
				return length;
			}

		};
	}

	private void assertThatConnectionsAreServed() throws IOException {
		try (HttpsConnection connection = connect()) {
			assertThat(connection.get("/static/file").sha256()).isEqualTo(TestFiles.sha256(files.resolve("file")));
		}
	}

	private static void perform(String change, Path file, int size) {
		try {
			switch (change) {
				case "truncated" -> {
					try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
						truncated.setLength(size / 16);
					}
				}
				case "grown" -> Files.write(file, new byte[1000], StandardOpenOption.APPEND);
				case "replaced" -> Files.move(TestFiles.random(file.resolveSibling("other"), size + 1), file,
						StandardCopyOption.ATOMIC_MOVE);
				case "replaced by a shorter one" ->
					Files.move(TestFiles.random(file.resolveSibling("other"), size / 16), file,
							StandardCopyOption.ATOMIC_MOVE);
				case "deleted" -> Files.delete(file);
				// Who is root may read it all the same.
				case "forbidden" -> Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
				default -> throw new IllegalArgumentException(change);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "grown", "replaced", "replaced by a shorter one", "deleted", "forbidden" })
	void whatIsBeingSentArrivesAsItWas(String change) throws IOException {
		for (String route : List.of("static", "resource", "entity", "fn")) {
			assertThat(receiveWhileItIs(change, route)).as(route).isEqualTo(LARGE);
		}
	}

	/**
	 * Not for the stock server, which never stops looking for the rest.
	 * @throws IOException if the file cannot be written
	 */
	void checkThatNothingFollowsTheEndOfATruncatedFile() throws IOException {
		for (String route : List.of("static", "resource", "entity", "fn")) {
			assertThat(receiveWhileItIs("truncated", route)).as(route).isLessThan(LARGE);
		}
	}

	private int receiveWhileItIs(String change, String route) throws IOException {
		Path file = TestFiles.random(files.resolve("changed"), LARGE);
		byte[] before = Files.readAllBytes(file);
		int arrived;
		try (HttpsConnection connection = connect()) {
			connection.send("GET", "/" + route + "/changed");
			Response head = connection.receiveHead();
			assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(LARGE));
			byte[] received = connection.receive(RECEIVED);
			perform(change, file, LARGE);
			arrived = receive(connection, received, before, change.equals("truncated"));
			if (arrived == LARGE) {
				assertThat(connection.get("/static/file").status()).isEqualTo(200);
			}
		}
		Files.deleteIfExists(file);
		assertThatConnectionsAreServed();
		return arrived;
	}

	// Return how many bytes arrived, each of which has to be the expected one. Where a
	// file becomes shorter, some file systems let a reader see zeros before they let it
	// see
	// the end.
	private static int receive(HttpsConnection connection, byte[] first, byte[] expected, boolean truncated)
			throws IOException {
		assertThat(Arrays.equals(first, Arrays.copyOf(expected, first.length))).isTrue();
		int position = first.length;
		try {
			while (position < expected.length) {
				int value = connection.read();
				if (value < 0) {
					return position;
				}
				if (value != (expected[position] & 0xFF) && (value != 0 || !truncated)) {
					throw new AssertionError("Another byte at %d".formatted(position));
				}
				position++;
			}
		}
		catch (SocketTimeoutException ex) {
			throw new AssertionError("Nothing comes after %d".formatted(position), ex);
		}
		catch (IOException ex) {
			// The connection ends, which is in order.
		}
		return position;
	}

	/**
	 * Without the starter, the length is that of one file, and the bytes are those of
	 * another.
	 * @param change what happens to the file
	 * @throws IOException if the connection is broken
	 */
	@ParameterizedTest
	@ValueSource(strings = { "grown", "replaced" })
	void whenFileIsChangedBeforeItIsOpenedLengthAndBytesAreOfOneFile(String change) throws IOException {
		if (this.variant != Variant.STOCK) {
			checkThatLengthAndBytesAreOfOneFile(change);
			return;
		}
		Path file = TestFiles.random(files.resolve("replaced"), SMALL);
		this.betweenLookAndOpen.set(() -> perform(change, file, SMALL));
		try (HttpsConnection connection = connect()) {
			assertThat(connection.get("/replaced/replaced").body())
				.isEqualTo(Arrays.copyOf(Files.readAllBytes(file), SMALL));
		}
	}

	/**
	 * Not for the stock server, which never stops looking for the rest.
	 * @throws IOException if the connection is broken
	 */
	void checkThatAShorterFileHasItsOwnLength() throws IOException {
		checkThatLengthAndBytesAreOfOneFile("replaced by a shorter one");
	}

	private void checkThatLengthAndBytesAreOfOneFile(String change) throws IOException {
		Path file = TestFiles.random(files.resolve("replaced"), SMALL);
		byte[] before = Files.readAllBytes(file);
		this.betweenLookAndOpen.set(() -> perform(change, file, SMALL));
		try (HttpsConnection connection = connect()) {
			Response response = connection.get("/replaced/replaced");
			perform(this.betweenLookAndOpen.getAndSet(null));
			byte[] after = Files.readAllBytes(file);
			assertThat(after).isNotEqualTo(before);
			assertThat(response.header("Content-Length")).isEqualTo(String.valueOf(response.body().length));
			assertThat(Arrays.equals(response.body(), before) || Arrays.equals(response.body(), after)).isTrue();
			assertThat(connection.get("/replaced/replaced").body()).isEqualTo(after);
		}
	}

	// The starter does not ask the resource for its length, so that it changes only now.
	private static void perform(@Nullable Runnable change) {
		if (change != null) {
			change.run();
		}
	}

	@Test
	void linkIsFollowed() throws IOException {
		Files.createSymbolicLink(files.resolve("link"), files.resolve("file"));
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("static", "resource", "entity", "fn")) {
				assertThat(connection.get("/" + route + "/link").sha256())
					.isEqualTo(TestFiles.sha256(files.resolve("file")));
			}
		}
		if (this.variant.isOffloading()) {
			assertThat(filesBySendfile()).isEqualTo(before + 4);
		}
	}

	/**
	 * Its size is 0, although it is not empty. That is what the stock server believes.
	 * @throws IOException if the connection is broken
	 */
	@Test
	void whatIsMadeWhenItIsReadHasItsContent() throws IOException {
		Path version = Path.of("/proc/version");
		Files.createSymbolicLink(files.resolve("version"), version);
		boolean stock = this.variant == Variant.STOCK;
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("static", "resource", "entity", "fn")) {
				Response response = connection.get("/" + route + "/version");
				assertThat(response.status()).as(route).isEqualTo(200);
				assertThat(response.text()).as(route).isEqualTo(stock ? "" : Files.readString(version));
				assertThat(connection.get("/static/file").sha256()).isEqualTo(TestFiles.sha256(files.resolve("file")));
			}
		}
	}

	/**
	 * Not for the stock server, which waits for a writer of a FIFO.
	 * @throws Exception if a connection is broken
	 */
	void checkThatWhatIsNoFileIsRefused() throws Exception {
		assertThat(new ProcessBuilder("mkfifo", files.resolve("fifo").toString()).start().waitFor()).isZero();
		Files.createSymbolicLink(files.resolve("zero"), Path.of("/dev/zero"));
		for (String name : List.of("fifo", "zero")) {
			for (String route : List.of("static", "resource", "entity", "fn")) {
				try (HttpsConnection connection = connect()) {
					Response response = connection.get("/" + route + "/" + name);
					assertThat(response.status()).as(route + "/" + name).isEqualTo(500);
					assertThat(connection.get("/static/file").status()).isEqualTo(200);
				}
			}
		}
	}

	/**
	 * A bound of the starter's; without it this is one more way to send files.
	 * @throws IOException if a connection is broken
	 */
	@Test
	void beyondTheBoundOfOpenFilesEachArrivesInFull() throws IOException {
		Path first = TestFiles.random(files.resolve("open"), LARGE);
		Path second = TestFiles.random(files.resolve("reopened"), LARGE + 1);
		try (RunningApplication bounded = startAnother(
				(this.variant == Variant.STOCK) ? "test.x=y" : "server.ssl.ktls.max-open-files=1");
				HttpsConnection slow = HttpsConnection.open(bounded.port());
				HttpsConnection changing = HttpsConnection.open(bounded.port());
				HttpsConnection fast = HttpsConnection.open(bounded.port())) {
			slow.send("GET", "/static/open");
			Response head = slow.receiveHead();
			slow.await();
			assertThat(fast.get("/static/reopened").sha256()).isEqualTo(TestFiles.sha256(second));
			Response range = fast.get("/static/reopened", "Range: bytes=5-9");
			assertThat(range.body()).isEqualTo(Arrays.copyOfRange(Files.readAllBytes(second), 5, 10));
			byte[] before = Files.readAllBytes(second);
			changing.send("GET", "/static/reopened");
			changing.receiveHead();
			byte[] received = changing.receive(RECEIVED);
			perform("replaced", second, LARGE + 1);
			// Without the starter, it is open.
			int position = receive(changing, received, before, false);
			assertThat(position).matches((arrived) -> (this.variant == Variant.STOCK) == (arrived == LARGE + 1));
			assertThat(TestFiles.sha256(slow.receiveBody(head))).isEqualTo(TestFiles.sha256(first));
		}
	}

}
