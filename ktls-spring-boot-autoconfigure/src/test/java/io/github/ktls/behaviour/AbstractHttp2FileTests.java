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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Http2Connection;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Files over HTTP/2.
 */
abstract class AbstractHttp2FileTests extends AbstractBehaviourTests {

	/** The most that one stream may keep in memory. */
	private static final int STREAM_MEMORY = 136 * 1024;

	/** The largest frame that is sent to a client that takes larger ones. */
	private static final int MAX_CHUNK = 256 * 1024;

	private static final int STREAMS = 100;

	private static final int SIZE = 1024 * 1024;

	private static final int LARGE = 64 * 1024 * 1024;

	private static final int LARGE_WINDOW = 1024 * 1024 * 1024;

	private static final Map<Integer, Integer> NO_SETTINGS = Map.of();

	private static final Map<Integer, Integer> WIDE = Map.of(Http2Connection.INITIAL_WINDOW_SIZE, LARGE_WINDOW);

	private final WatchedAllocator allocator;

	AbstractHttp2FileTests(Variant variant) {
		super(variant);
		this.allocator = new WatchedAllocator(variant == Variant.STOCK);
	}

	@Override
	void prepareFiles() {
		TestFiles.random(files.resolve("file"), SIZE);
		TestFiles.random(files.resolve("large"), LARGE);
		TestFiles.random(files.resolve("small"), 300);
		TestFiles.random(files.resolve("empty"), 0);
		IntStream.range(0, STREAMS).forEach((i) -> TestFiles.random(files.resolve("file-" + i), size(i)));
	}

	// Around the sizes of frames, windows and chunks, and others.
	private static long size(int i) {
		int[] edges = { 1, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 262_144, 262_145 };
		return (i < edges.length) ? edges[i] : 7919L * i;
	}

	@Override
	String[] properties(Path certificate, Path privateKey) {
		return Stream
			.concat(Stream.of(super.properties(certificate, privateKey)), Stream.of("server.http2.enabled=true"))
			.toArray(String[]::new);
	}

	@Override
	void prepareContext(ConfigurableApplicationContext context) {
		((GenericApplicationContext) context).registerBean(NettyServerCustomizer.class,
				() -> (server) -> server.childOption(ChannelOption.ALLOCATOR, this.allocator));
	}

	private Http2Connection connect(Map<Integer, Integer> settings) {
		return Http2Connection.open(application().port(), settings);
	}

	private static String hash(String name) {
		return TestFiles.sha256(files.resolve(name));
	}

	private static void assertWhole(Http2Connection.Stream response, String name) throws IOException {
		assertThat(response.resetCode()).isEqualTo(-1);
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.length()).isEqualTo(Files.size(files.resolve(name)));
		assertThat(response.header("content-length")).isIn("", String.valueOf(response.length()));
		assertThat(response.sha256()).isEqualTo(hash(name));
		assertThat(response.headerBlocks()).as("without trailers").isOne();
	}

	/**
	 * Return how many descriptors responses with the same file need.
	 * @param responses how many responses are under way
	 * @return one for each
	 */
	long descriptors(int responses) {
		return responses;
	}

	private static long open(String name) {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.filter((descriptor) -> leadsTo(descriptor, files.resolve(name))).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean leadsTo(Path descriptor, Path file) {
		try {
			return Files.readSymbolicLink(descriptor).equals(file.toRealPath());
		}
		catch (IOException ex) {
			// Closed in the meantime.
			return false;
		}
	}

	@AfterEach
	void nothingIsLeftBehind() {
		await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
			assertThat(this.allocator.pinnedDirectMemory()).as("buffers in use").isZero();
			assertThat(this.allocator.pinnedHeapMemory()).as("buffers in use").isZero();
			assertThat(open("large")).as("descriptors").isZero();
		});
	}

	// Contents

	@Test
	void manyStreamsAtOnceAreExact() throws IOException {
		try (Http2Connection connection = connect(NO_SETTINGS).keepWindowsOpen()) {
			List<String> kinds = List.of("/static/", "/fn/", "/plain/", "/resource/", "/entity/");
			List<Http2Connection.Stream> responses = connection
				.get(IntStream.range(0, STREAMS).mapToObj((i) -> kinds.get(i % kinds.size()) + "file-" + i).toList());
			connection.receive(responses);
			for (int i = 0; i < STREAMS; i++) {
				assertWhole(responses.get(i), "file-" + i);
			}
			assertThat(connection.count(Http2Connection.PUSH_PROMISE)).isZero();
			WhoAmI whoami = WhoAmI.parse(connection.receive(connection.send("GET", "/whoami")).text());
			assertNotHandedOver(whoami, KtlsFallbackReason.APPLICATION_PROTOCOL);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "0-0", "16383-16384", "100-200099", "1000000-", "-70000" })
	void rangesAreExact(String range) throws IOException {
		byte[] content = Files.readAllBytes(files.resolve("file"));
		String[] ends = range.split("-", 2);
		int first = ends[0].isEmpty() ? SIZE - Integer.parseInt(ends[1]) : Integer.parseInt(ends[0]);
		int last = (ends[0].isEmpty() || ends[1].isEmpty()) ? SIZE - 1 : Integer.parseInt(ends[1]);
		try (Http2Connection connection = connect(NO_SETTINGS).keepWindowsOpen()) {
			Http2Connection.Stream response = connection
				.receive(connection.send("GET", "/static/file", "range: bytes=" + range));
			assertThat(response.status()).isEqualTo(206);
			assertThat(response.header("content-range")).isEqualTo("bytes %d-%d/%d".formatted(first, last, SIZE));
			assertThat(response.sha256()).isEqualTo(TestFiles.sha256(Arrays.copyOfRange(content, first, last + 1)));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0-9,5-14|0 10 5 15
			20-29,0-9,20-29|20 30 0 10 20 30
			0-300000,-300000|0 300001 748576 1048576
			-5,1048570-,1048575-99999999|1048571 1048576 1048570 1048576 1048575 1048576
			""")
	void severalRangesAreExact(String ranges, String bounds) throws Exception {
		byte[] content = Files.readAllBytes(files.resolve("file"));
		int[] ends = Stream.of(bounds.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
		List<Part> expected = IntStream.range(0, ends.length / 2)
			.mapToObj((i) -> new Part(ends[2 * i], ends[2 * i + 1],
					TestFiles.sha256(Arrays.copyOfRange(content, ends[2 * i], ends[2 * i + 1]))))
			.toList();
		for (String route : routesWithRanges()) {
			HttpResponse<byte[]> response = getRanges(route, ranges);
			assertThat(response.statusCode()).isEqualTo(206);
			assertThat(Part.parse(response.headers().firstValue("Content-Type").orElseThrow(), response.body(), SIZE))
				.isEqualTo(expected);
		}
	}

	@Test
	void absurdRangesAreRefused() throws Exception {
		String many = IntStream.range(0, 101).mapToObj((i) -> i * 2 + "-" + i * 2).collect(Collectors.joining(","));
		for (String route : routesWithRanges()) {
			for (String ranges : List.of(many, "0-,0-,1-", "0-9,1048576-", "9-0", "x")) {
				HttpResponse<byte[]> response = getRanges(route, ranges);
				assertThat(response.statusCode()).as(ranges).isEqualTo(416);
				assertThat(response.body()).isEmpty();
			}
		}
	}

	// Spring's resource handlers announce a length that several ranges do not have.
	private List<String> routesWithRanges() {
		return (this.variant == Variant.STOCK) ? List.of("entity", "resource", "fn")
				: List.of("entity", "resource", "fn", "static");
	}

	private HttpResponse<byte[]> getRanges(String route, String ranges) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url("/" + route + "/file")))
			.header("Range", "bytes=" + ranges)
			.build();
		HttpResponse<byte[]> response = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_2)
			.sslContext(ClientTls.anonymous())
			.build()
			.send(request, BodyHandlers.ofByteArray());
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		return response;
	}

	@Test
	void headAndEmptyFileHaveNoData() throws IOException {
		try (Http2Connection connection = connect(NO_SETTINGS)) {
			Http2Connection.Stream head = connection.receive(connection.send("HEAD", "/static/file"));
			assertThat(head.status()).isEqualTo(200);
			assertThat(head.header("content-length")).isEqualTo(String.valueOf(SIZE));
			assertThat(head.length()).isZero();
			assertThat(head.headerBlocks()).isOne();
			assertWhole(connection.receive(connection.send("GET", "/static/empty")), "empty");
		}
	}

	@Test
	void whenClientAllowsPushNothingIsPushed() throws IOException {
		try (Http2Connection connection = connect(Map.of(Http2Connection.ENABLE_PUSH, 1)).keepWindowsOpen()) {
			assertWhole(connection.receive(connection.send("GET", "/static/file")), "file");
			connection.ping();
			assertThat(connection.count(Http2Connection.PUSH_PROMISE)).isZero();
		}
	}

	// Flow control; a frame beyond a window is an error of the client's

	@Test
	void whenWindowIsOneByteFileIsSentByteByByte() throws IOException {
		try (Http2Connection connection = connect(Map.of(Http2Connection.INITIAL_WINDOW_SIZE, 1))) {
			Http2Connection.Stream response = connection.send("GET", "/static/small");
			for (int i = 1; i < 300; i++) {
				int received = i;
				connection.receiveUntil(() -> response.length() == received);
				assertThat(response.isEnded()).isFalse();
				connection.openWindow(response, 1);
			}
			connection.receive(response);
			assertThat(response.frameLengths().stream().filter((length) -> length > 0)).hasSize(300).containsOnly(1);
			assertWhole(response, "small");
		}
	}

	@Test
	void whenWindowOfConnectionIsSmallAllStreamsGetTheirShare() throws IOException {
		try (Http2Connection connection = connect(WIDE)) {
			List<Http2Connection.Stream> responses = connection
				.get(IntStream.range(20, 40).mapToObj((i) -> "/static/file-" + i).toList());
			long total = IntStream.range(20, 40).mapToLong(AbstractHttp2FileTests::size).sum();
			long allowed = 65_535;
			while (allowed < total) {
				long limit = allowed;
				connection.receiveUntil(() -> received(responses) == limit);
				assertThat(furthest(responses) - last(responses)).isLessThan(2 * 65_536);
				int more = (int) Math.min(50_000, total - allowed);
				connection.openWindow(null, more);
				allowed += more;
			}
			connection.receive(responses);
			for (int i = 20; i < 40; i++) {
				assertWhole(responses.get(i - 20), "file-" + i);
			}
		}
	}

	// The first one had the window to itself before the others came.
	private static long furthest(List<Http2Connection.Stream> responses) {
		return responses.stream().skip(1).mapToLong(Http2Connection.Stream::length).max().orElseThrow();
	}

	private static long last(List<Http2Connection.Stream> responses) {
		return responses.stream()
			.filter((response) -> !response.isEnded())
			.mapToLong(Http2Connection.Stream::length)
			.min()
			.orElseGet(() -> furthest(responses));
	}

	private static long received(List<Http2Connection.Stream> responses) {
		return responses.stream().mapToLong(Http2Connection.Stream::length).sum();
	}

	@Test
	void whenLargeFileIsUnderWaySmallResponseIsSentBetweenItsFrames() throws IOException {
		try (Http2Connection connection = connect(WIDE)) {
			Http2Connection.Stream large = connection.send("GET", "/static/large");
			connection.receiveUntil(() -> large.length() == 65_535);
			for (int i = 0; i < 10; i++) {
				Http2Connection.Stream small = connection.send("GET", "/static/small");
				connection.receiveUntil(() -> small.headerBlocks() == 1);
				connection.ping();
				long before = large.length();
				connection.openWindow(null, 65_536);
				connection.receiveUntil(() -> small.length() + large.length() == before + 65_536);
				assertThat(small.length()).isEqualTo(300);
				// The empty frame that ends it needs no window.
				assertWhole(connection.receive(small), "small");
			}
		}
	}

	@Test
	void whenClientGivesWeightsTheyAreRespected() throws IOException {
		try (Http2Connection connection = connect(WIDE)) {
			Http2Connection.Stream first = connection.send("GET", "/static/large");
			connection.receiveUntil(() -> first.length() == 65_535);
			Http2Connection.Stream light = connection.send("GET", "/static/large");
			Http2Connection.Stream heavy = connection.send("GET", "/static/large");
			connection.prioritize(light, 16);
			connection.prioritize(heavy, 256);
			connection.receiveUntil(() -> light.headerBlocks() == 1 && heavy.headerBlocks() == 1);
			connection.reset(first);
			connection.ping();
			for (int i = 0; i < 128; i++) {
				long before = light.length() + heavy.length();
				connection.openWindow(null, 65_536);
				connection.receiveUntil(() -> light.length() + heavy.length() == before + 65_536);
			}
			assertThat(light.length()).isPositive();
			assertThat(heavy.length()).isGreaterThan(2 * light.length());
		}
	}

	// Memory and descriptors

	@Test
	void whenClientTakesNothingStreamsKeepLittleInMemory() throws IOException {
		try (Http2Connection connection = connect(Map.of(Http2Connection.INITIAL_WINDOW_SIZE, 0))) {
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(STREAMS, "/static/large"));
			connection.receiveUntil(() -> responses.stream().allMatch((response) -> response.headerBlocks() == 1));
			connection.ping();
			assertThat(open("large")).isEqualTo(descriptors(STREAMS));
			assertThat(this.allocator.pinnedDirectMemory()).isLessThan(STREAMS * STREAM_MEMORY);
		}
	}

	@Test
	void whenClientDoesNotReadStreamsKeepLittleInMemory() throws IOException {
		try (Http2Connection connection = connect(WIDE)) {
			connection.openWindow(null, LARGE_WINDOW);
			this.allocator.forgetPeak();
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(20, "/static/large"));
			connection.receiveUntil(() -> received(responses) > 4 * LARGE);
			// And the connection what was encrypted.
			assertThat(this.allocator.peak()).isBetween(1L, 20L * STREAM_MEMORY + SIZE);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "small", "file", "large" })
	void whenStreamIsResetFileIsClosedAndOthersGoOn(String name) throws IOException {
		try (Http2Connection connection = connect(Map.of(Http2Connection.INITIAL_WINDOW_SIZE, 100))) {
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(5, "/static/" + name));
			connection.receiveUntil(() -> responses.stream().allMatch((response) -> response.length() == 100));
			assertThat(open(name)).isEqualTo(descriptors(5));
			connection.reset(responses.get(1));
			connection.reset(responses.get(3));
			connection.ping();
			assertThat(open(name)).isEqualTo(descriptors(3));
			connection.keepWindowsOpen();
			List<Http2Connection.Stream> others = List.of(responses.get(0), responses.get(2), responses.get(4));
			for (Http2Connection.Stream other : others) {
				connection.openWindow(other, 1_000_000);
			}
			connection.receive(others);
			for (Http2Connection.Stream other : others) {
				assertWhole(other, name);
			}
			connection.ping();
			assertThat(open(name)).isZero();
			assertThat(responses.get(1).length()).isEqualTo(100);
		}
	}

	@Test
	void whenClientGoesAwayFilesUnderWayAreCompleted() throws IOException {
		try (Http2Connection connection = connect(NO_SETTINGS)) {
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(5, "/static/file"));
			connection.receiveUntil(() -> received(responses) == 65_535);
			connection.goAway();
			connection.keepWindowsOpen();
			connection.openWindow(null, 65_535);
			for (Http2Connection.Stream response : responses) {
				connection.openWindow(response, 65_535);
			}
			connection.receive(responses);
			for (Http2Connection.Stream response : responses) {
				assertWhole(response, "file");
			}
		}
	}

	@Test
	void whenClientVanishesFilesAreClosed() throws IOException {
		try (Http2Connection connection = connect(NO_SETTINGS)) {
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(20, "/static/large"));
			connection.receiveUntil(() -> received(responses) == 65_535);
			connection.receiveUntil(() -> responses.stream().allMatch((response) -> response.headerBlocks() == 1));
			connection.ping();
			assertThat(open("large")).isEqualTo(descriptors(20));
		}
		await().atMost(1, TimeUnit.MINUTES).until(() -> open("large") == 0);
	}

	// What the starter adds

	/**
	 * Not for the stock server, whose frames are of 1 KiB.
	 * @param maxFrameSize what the client takes
	 * @throws IOException if the connection is broken
	 */
	void checkThatFramesAreFull(int maxFrameSize) throws IOException {
		try (Http2Connection connection = connect(Map.of(Http2Connection.INITIAL_WINDOW_SIZE, LARGE_WINDOW,
				Http2Connection.MAX_FRAME_SIZE, maxFrameSize))) {
			connection.openWindow(null, LARGE_WINDOW);
			Http2Connection.Stream one = connection.receive(connection.send("GET", "/static/large"));
			assertFull(one, Math.min(maxFrameSize, MAX_CHUNK));
			assertWhole(one, "large");
			List<Http2Connection.Stream> responses = connection
				.get(IntStream.range(90, STREAMS).mapToObj((i) -> "/static/file-" + i).toList());
			connection.receive(responses);
			for (int i = 90; i < STREAMS; i++) {
				// A frame above the size of a chunk needs room at once.
				assertFull(responses.get(i - 90), Math.min(maxFrameSize, 65_536));
				assertWhole(responses.get(i - 90), "file-" + i);
			}
		}
	}

	// All but the last one; an empty one may say that it was the last one.
	private static void assertFull(Http2Connection.Stream response, int length) {
		List<Integer> full = response.frameLengths().stream().filter((frame) -> frame >= length).toList();
		List<Integer> others = response.frameLengths().stream().filter((frame) -> frame > 0 && frame < length).toList();
		assertThat(full).hasSizeGreaterThanOrEqualTo((int) (response.length() / length / 4)).isNotEmpty();
		assertThat(others).hasSizeLessThanOrEqualTo(1);
	}

	/**
	 * Not for the stock server, which reads where its allocator likes to.
	 * @throws IOException if the connection is broken
	 */
	void checkThatNoBytesOfFilesAreOnTheHeap() throws IOException {
		try (Http2Connection connection = connect(NO_SETTINGS).keepWindowsOpen()) {
			long before = this.allocator.heapBytes();
			assertWhole(connection.receive(connection.send("GET", "/static/large")), "large");
			List<Http2Connection.Stream> responses = connection.get(Collections.nCopies(10, "/static/file"));
			connection.receive(responses);
			for (Http2Connection.Stream response : responses) {
				assertWhole(response, "file");
			}
			assertThat(this.allocator.heapBytes() - before).isPositive().isLessThan(LARGE / 32);
		}
	}

	/**
	 * Not for the stock server, which never stops looking for the rest.
	 * @throws IOException if the connection is broken
	 */
	void checkThatTruncatedFileEndsItsStreamOnly() throws IOException {
		Path file = TestFiles.random(files.resolve("truncated"), LARGE);
		try (Http2Connection connection = connect(NO_SETTINGS)) {
			Http2Connection.Stream truncated = connection.send("GET", "/static/truncated");
			connection.receiveUntil(() -> truncated.length() == 65_535);
			try (RandomAccessFile shortened = new RandomAccessFile(file.toFile(), "rw")) {
				shortened.setLength(SIZE);
			}
			connection.keepWindowsOpen();
			connection.openWindow(truncated, 65_535);
			connection.openWindow(null, 65_535);
			connection.receive(truncated);
			assertThat(truncated.resetCode()).isNotEqualTo(-1);
			assertThat(truncated.length()).isLessThanOrEqualTo(SIZE);
			assertThat(open("truncated")).isZero();
			assertWhole(connection.receive(connection.send("GET", "/static/file")), "file");
		}
	}

	/**
	 * Prefers the heap, where that is not to matter, and counts what is taken from there.
	 */
	private static final class WatchedAllocator extends PooledByteBufAllocator {

		private final AtomicLong heapBytes = new AtomicLong();

		private final AtomicLong directBuffers = new AtomicLong();

		private final AtomicLong peak = new AtomicLong();

		WatchedAllocator(boolean preferDirect) {
			super(preferDirect);
		}

		@Override
		protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
			this.heapBytes.addAndGet(initialCapacity);
			return super.newHeapBuffer(initialCapacity, maxCapacity);
		}

		@Override
		protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
			ByteBuf buffer = super.newDirectBuffer(initialCapacity, maxCapacity);
			if (this.directBuffers.incrementAndGet() % 16 == 0) {
				this.peak.accumulateAndGet(pinnedDirectMemory(), Math::max);
			}
			return buffer;
		}

		long heapBytes() {
			return this.heapBytes.get();
		}

		long peak() {
			return this.peak.get();
		}

		void forgetPeak() {
			this.peak.set(0);
		}

	}

}
