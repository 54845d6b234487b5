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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.DigestUtils;

import io.github.ktls.test.ClientTls;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Resources that are not simply files: inside a jar, encoded, versioned, in several
 * ranges, and among responses that are compressed.
 */
abstract class AbstractResourceTests extends AbstractBehaviourTests {

	private static final List<Integer> SIZES = List.of(0, 1, 16384, 1024 * 1024);

	private static final int MEDIUM = 1024 * 1024;

	private static final int LARGE = 8 * 1024 * 1024;

	private static final int HUGE = 64 * 1024 * 1024;

	private static final int CLIENTS = 50;

	private static final String STYLE = "body { background: url(image.png) }";

	private static final String SECOND = "Thu, 01 Jan 1970 00:00:00 GMT";

	private ResourceRoutes routes;

	AbstractResourceTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		Path jar = files.resolve("web.jar");
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
			for (int size : SIZES) {
				add(out, "file-" + size + ".bin", size);
			}
			add(out, "first.bin", MEDIUM);
			for (int i = 0; i < 4; i++) {
				add(out, "large-" + i + ".bin", LARGE + i);
			}
			byte[] text = "text ".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
			addText(out, "jarred.txt", text);
			addText(out, "jarred.txt.gz", gzip(text));
			add(out, "jarred.txt.br", 4321);
			TestFiles.random(files.resolve("text.txt.br"), 1234);
			Files.writeString(files.resolve("style.css"), STYLE);
			Files.write(files.resolve("text.txt"), text);
			Files.write(files.resolve("text.txt.gz"), gzip(text));
			Files.write(files.resolve("small.txt"), "small".getBytes(StandardCharsets.US_ASCII));
			TestFiles.random(files.resolve("image.png"), MEDIUM);
			TestFiles.random(files.resolve("huge.bin"), HUGE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.routes = new ResourceRoutes(files, jar);
	}

	private static void add(JarOutputStream out, String name, int size) throws IOException {
		addText(out, name, Files.readAllBytes(TestFiles.random(files.resolve(name), size)));
	}

	private static void addText(JarOutputStream out, String name, byte[] content) throws IOException {
		out.putNextEntry(new JarEntry("web/" + name));
		out.write(content);
		out.closeEntry();
	}

	private static byte[] gzip(byte[] content) throws IOException {
		ByteArrayOutputStream zipped = new ByteArrayOutputStream();
		try (OutputStream out = new GZIPOutputStream(zipped)) {
			out.write(content);
		}
		return zipped.toByteArray();
	}

	private static byte[] gunzip(byte[] zipped) throws IOException {
		return new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes();
	}

	@Override
	void prepareContext(ConfigurableApplicationContext context) {
		this.routes.addTo(context);
	}

	@AfterAll
	void closeRoutes() {
		this.routes.end();
	}

	private static byte[] content(String name) throws IOException {
		return Files.readAllBytes(files.resolve(name));
	}

	private static String hash(String name) {
		return TestFiles.sha256(files.resolve(name));
	}

	private boolean isStock() {
		return this.variant == Variant.STOCK;
	}

	private void assertSentByKernel(long before, long expected) {
		if (this.variant.isOffloading()) {
			assertThat(filesBySendfile()).isEqualTo(before + expected);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jar", "jar-fn", "jar-entity", "tagged", "encoded", "versioned/v1" })
	void resourcesInsideAJarArriveInFull(String route) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (int i = 0; i < 2; i++) {
				for (int size : SIZES) {
					String name = "file-" + size + ".bin";
					Response response = connection.get("/" + route + "/" + name);
					assertThat(response.status()).isEqualTo(200);
					assertThat(response.header("Content-Length")).isEqualTo(String.valueOf(size));
					assertThat(response.header("Accept-Ranges")).isEqualTo("bytes");
					assertThat(response.sha256()).isEqualTo(hash(name));
				}
			}
		}
		assertSentByKernel(before, 2L * (SIZES.size() - 1));
	}

	@ParameterizedTest
	@CsvSource({ "0-0, 0, 1", "16380-16390, 16380, 16391", "1000000-, 1000000, 1048576", "-100, 1048476, 1048576" })
	void rangeOfAResourceInsideAJarIsThatPart(String range, int from, int to) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("jar", "jar-fn", "jar-entity")) {
				Response response = connection.get("/" + route + "/file-1048576.bin", "Range: bytes=" + range);
				assertThat(response.status()).isEqualTo(206);
				assertThat(response.header("Content-Range")).isEqualTo("bytes %d-%d/1048576".formatted(from, to - 1));
				assertThat(response.header("Content-Length")).isEqualTo(String.valueOf(to - from));
				assertThat(response.body()).isEqualTo(Arrays.copyOfRange(content("file-1048576.bin"), from, to));
			}
		}
		assertSentByKernel(before, 3);
	}

	@Test
	void resourceInsideAJarHasConditionsAndAHead() throws IOException {
		try (HttpsConnection connection = connect()) {
			long before = filesBySendfile();
			for (String path : List.of("/jar/file-16384.bin", "/jar-fn/file-16384.bin")) {
				Response get = connection.get(path);
				Response head = connection.request("HEAD", path);
				assertThat(head.headers()).isEqualTo(get.headers()).containsEntry("Content-Length", "16384");
			}
			assertSentByKernel(before, 2);
			String modified = connection.request("HEAD", "/jar/file-16384.bin").header("Last-Modified");
			assertThat(modified).isNotEmpty();
			assertThat(connection.get("/jar/file-16384.bin", "If-Modified-Since: " + modified).status()).isEqualTo(304);
			assertThat(connection.get("/tagged/file-16384.bin", "If-None-Match: \"file-16384.bin\"").status())
				.isEqualTo(304);
			assertSentByKernel(before, 2);
			assertThat(connection.get("/jar/missing.bin").status()).isEqualTo(404);
			assertThat(connection.get("/jar/file-1.bin").sha256()).isEqualTo(hash("file-1.bin"));
		}
	}

	/**
	 * Without the starter each response reads the resource.
	 * @throws Exception if a response is not as it should be
	 */
	@Test
	void whenManyAskForAResourceInsideAJarFirstItIsReadOnce() throws Exception {
		long before = filesBySendfile();
		ExecutorService executor = Executors.newFixedThreadPool(CLIENTS);
		try {
			CountDownLatch connected = new CountDownLatch(CLIENTS);
			List<Future<String>> responses = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				responses.add(executor.submit(() -> {
					try (HttpsConnection connection = connect()) {
						connected.countDown();
						connected.await();
						return connection.get("/jar/first.bin").sha256();
					}
				}));
			}
			for (Future<String> response : responses) {
				assertThat(response.get()).isEqualTo(hash("first.bin"));
			}
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(this.routes.opened("first.bin")).isEqualTo(isStock() ? CLIENTS : 1);
		assertSentByKernel(before, CLIENTS);
	}

	@Test
	void whenAResourceMakesRoomForOthersItsResponseGoesOn() throws IOException {
		try (RunningApplication small = startAnother(this::prepareContext,
				isStock() ? "test.x=y" : "server.ssl.ktls.resource-cache.max-size=20MB");
				HttpsConnection slow = HttpsConnection.open(small.port());
				HttpsConnection fast = HttpsConnection.open(small.port())) {
			slow.send("GET", "/jar/large-0.bin");
			Response head = slow.receiveHead();
			slow.await();
			for (int round = 0; round < 2; round++) {
				for (int i = 1; i < 4; i++) {
					assertThat(fast.get("/jar/large-" + i + ".bin").sha256()).isEqualTo(hash("large-" + i + ".bin"));
				}
			}
			assertThat(TestFiles.sha256(slow.receiveBody(head))).isEqualTo(hash("large-0.bin"));
			assertThat(slow.get("/jar/large-0.bin").sha256()).isEqualTo(hash("large-0.bin"));
			if (this.variant.isOffloading()) {
				assertThat(small.statistics().getFilesBySendfile()).isEqualTo(8);
			}
		}
		assertThat(stagedDescriptors()).isLessThanOrEqualTo(SIZES.size() + 8);
	}

	@Test
	void whenNothingIsKeptResourcesInsideAJarAreStreamed() throws IOException {
		try (RunningApplication none = startAnother(this::prepareContext,
				isStock() ? "test.x=y" : "server.ssl.ktls.resource-cache.max-size=0");
				HttpsConnection connection = HttpsConnection.open(none.port())) {
			for (String route : List.of("jar", "jar-fn", "jar-entity")) {
				for (int size : SIZES) {
					assertThat(connection.get("/" + route + "/file-" + size + ".bin").sha256())
						.isEqualTo(hash("file-" + size + ".bin"));
				}
				assertThat(connection.get("/" + route + "/file-16384.bin", "Range: bytes=5-9").body())
					.isEqualTo(Arrays.copyOfRange(content("file-16384.bin"), 5, 10));
			}
			if (this.variant.isOffloading()) {
				assertThat(none.statistics().getFilesBySendfile()).isZero();
			}
		}
	}

	@Test
	void whenApplicationEndsNothingOfTheJarStaysOpen() throws IOException {
		long before = stagedDescriptors();
		try (RunningApplication another = startAnother(this::prepareContext);
				HttpsConnection connection = HttpsConnection.open(another.port())) {
			connection.get("/jar/file-16384.bin");
			connection.get("/jar/file-1.bin");
			assertThat(stagedDescriptors()).isEqualTo(isStock() ? 0 : before + 2);
		}
		assertThat(stagedDescriptors()).isEqualTo(before);
	}

	private static long stagedDescriptors() throws IOException {
		String staged = Path.of(System.getProperty("java.io.tmpdir"), "ktls-").toString();
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.filter((descriptor) -> {
				try {
					return Files.readSymbolicLink(descriptor).toString().startsWith(staged);
				}
				catch (IOException ex) {
					// It is closed in the meantime.
					return false;
				}
			}).count();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "text.txt", "jarred.txt" })
	void encodedVariantIsAFileToo(String name) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			Response plain = connection.get("/encoded/" + name);
			assertThat(plain.header("Content-Encoding")).isEmpty();
			assertThat(plain.sha256()).isEqualTo(hash("text.txt"));
			Response encoded = connection.get("/encoded/" + name, "Accept-Encoding: gzip");
			assertThat(encoded.header("Content-Encoding")).isEqualTo("gzip");
			assertThat(encoded.header("Content-Length")).isEqualTo(String.valueOf(encoded.body().length));
			assertThat(encoded.header("Vary")).containsIgnoringCase("Accept-Encoding");
			assertThat(encoded.header("Content-Type")).startsWith("text/plain");
			assertThat(encoded.sha256()).isEqualTo(hash("text.txt.gz"));
			// What is ranged over is the encoded one.
			Response range = connection.get("/encoded/" + name, "Accept-Encoding: gzip", "Range: bytes=2-20");
			assertThat(range.status()).isEqualTo(206);
			assertThat(range.body()).isEqualTo(Arrays.copyOfRange(content("text.txt.gz"), 2, 21));
			assertThat(range.header("Content-Encoding")).isEqualTo("gzip");
		}
		assertSentByKernel(before, 3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "text.txt", "jarred.txt" })
	void versionedResourceIsAFileToo(String name) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			Response response = connection.get("/versioned/v1/" + name);
			assertThat(response.header("ETag")).isEqualTo("W/\"v1\"");
			assertThat(response.sha256()).isEqualTo(hash("text.txt"));
			assertThat(connection.get("/versioned/v2/" + name).status()).isEqualTo(404);
		}
		assertSentByKernel(before, 1);
	}

	// What is compressed is found by the name of what it is a variant of.
	@ParameterizedTest
	@ValueSource(strings = { "text", "jarred" })
	void whenResolversAreChainedEachVariantIsAFile(String name) throws IOException {
		String version = DigestUtils.md5DigestAsHex(content("text.txt"));
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (int i = 0; i < 2; i++) {
				for (String path : List.of(name + ".txt", name + "-" + version + ".txt")) {
					assertVariant(connection, path, "", "text.txt");
					assertVariant(connection, path, "gzip", "text.txt.gz");
					assertVariant(connection, path, "br", name + ".txt.br");
				}
			}
			assertThat(connection.get("/chained/" + name + "-" + "0".repeat(32) + ".txt").status()).isEqualTo(404);
		}
		assertSentByKernel(before, 12);
	}

	private static void assertVariant(HttpsConnection connection, String path, String encoding, String content)
			throws IOException {
		Response response = connection.get("/chained/" + path, "Accept-Encoding: " + encoding);
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.header("Content-Encoding")).isEqualTo(encoding);
		assertThat(response.header("Content-Type")).startsWith("text/plain");
		assertThat(response.header("Content-Length")).isEqualTo(String.valueOf(Files.size(files.resolve(content))));
		assertThat(response.sha256()).isEqualTo(hash(content));
	}

	@Test
	void linkInAStyleSheetLeadsToAFile() throws IOException {
		String image = "/chained/image-" + DigestUtils.md5DigestAsHex(content("image.png")) + ".png";
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (int i = 0; i < 2; i++) {
				Response style = connection.get("/chained/style.css");
				assertThat(style.text()).isEqualTo(STYLE.replace("image.png", image));
				assertThat(style.header("Content-Length")).isEqualTo(String.valueOf(style.body().length));
				assertThat(connection.get(image).sha256()).isEqualTo(hash("image.png"));
			}
		}
		assertSentByKernel(before, 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "text.txt", "jarred.txt" })
	void transformedResourceIsWhatTheTransformerMadeOfIt(String name) throws IOException {
		try (HttpsConnection connection = connect()) {
			Response response = connection.get("/transformed/" + name);
			assertThat(response.text()).isEqualTo("transformed");
			assertThat(response.header("Content-Length")).isEqualTo("11");
			assertThat(connection.get("/transformed/" + name, "Range: bytes=5-").text()).isEqualTo("formed");
		}
	}

	@ParameterizedTest
	@CsvSource({ "stream, false, 0", "bytes, true, 0", "url, true, 1", "jar-url, true, 0", "own, true, 0" })
	void resourceOfAnyKindArrivesInFull(String kind, boolean ranges, int regions) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			String path = "/other/" + kind + "/file-1048576.bin";
			Response response = connection.get(path);
			assertThat(response.status()).isEqualTo(200);
			assertThat(response.sha256()).isEqualTo(hash("file-1048576.bin"));
			if (ranges) {
				Response range = connection.get(path, "Range: bytes=1000-20000");
				assertThat(range.status()).isEqualTo(206);
				assertThat(range.header("Content-Length")).isEqualTo("19001");
				assertThat(range.body()).isEqualTo(Arrays.copyOfRange(content("file-1048576.bin"), 1000, 20001));
			}
		}
		assertSentByKernel(before, ranges ? 2L * regions : regions);
	}

	@Test
	void whenResponsesAreCompressedOthersAreSentAsFiles() throws IOException {
		String[] properties = { "server.compression.enabled=true", "server.compression.mime-types=text/*",
				"server.compression.min-response-size=1KB" };
		try (RunningApplication compressing = startAnother(this::prepareContext, properties);
				HttpsConnection connection = HttpsConnection.open(compressing.port())) {
			String[] none = {};
			String[] gzip = { "Accept-Encoding: gzip" };
			for (int i = 0; i < 3; i++) {
				for (String route : List.of("static", "entity", "jar", "resource")) {
					String text = route.equals("jar") ? "jarred.txt" : "text.txt";
					Response plain = connection.get("/" + route + "/" + text, none);
					assertThat(plain.header("Content-Encoding")).isEmpty();
					assertThat(plain.sha256()).isEqualTo(hash("text.txt"));
					Response compressed = connection.get("/" + route + "/" + text, gzip);
					assertThat(compressed.header("Content-Encoding")).as(route).isEqualTo("gzip");
					assertThat(TestFiles.sha256(gunzip(compressed.body()))).isEqualTo(hash("text.txt"));
				}
				Response image = connection.get("/static/image.png", gzip);
				assertThat(image.header("Content-Encoding")).isEmpty();
				assertThat(image.header("Content-Length")).isEqualTo(String.valueOf(MEDIUM));
				assertThat(image.sha256()).isEqualTo(hash("image.png"));
				Response small = connection.get("/static/small.txt", gzip);
				assertThat(small.header("Content-Encoding")).isEmpty();
				assertThat(small.text()).isEqualTo("small");
				assertThat(connection.get("/encoded/text.txt", gzip).sha256()).isEqualTo(hash("text.txt.gz"));
			}
			if (this.variant.isOffloading()) {
				// Four texts as they are, an image, a small and an encoded text.
				assertThat(compressing.statistics().getFilesBySendfile()).isEqualTo(3 * 7);
			}
		}
	}

	private List<String> routesWithRanges() {
		// Spring's resource handlers announce a length that several ranges do not have.
		return isStock() ? List.of("resource", "entity", "fn", "jar-entity")
				: List.of("static", "resource", "entity", "fn", "jar", "jar-fn", "jar-entity");
	}

	private static List<Part> parts(String name, int... bounds) throws IOException {
		byte[] content = content(name);
		List<Part> parts = new ArrayList<>();
		for (int i = 0; i < bounds.length; i += 2) {
			parts.add(new Part(bounds[i], bounds[i + 1],
					TestFiles.sha256(Arrays.copyOfRange(content, bounds[i], bounds[i + 1]))));
		}
		return parts;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0-9,10-19|0 10 10 20
			0-9,5-14|0 10 5 15
			0-9,0-9|0 10 0 10
			20-29,0-9|20 30 0 10
			0-0,-1|0 1 16383 16384
			-5,16000-,16383-99999|16379 16384 16000 16384 16383 16384
			0-9 , 8000-16383|0 10 8000 16384
			""")
	void eachPartHasItsBytes(String ranges, String bounds) throws IOException {
		String name = "file-16384.bin";
		List<Part> expected = parts(name, Stream.of(bounds.split(" ")).mapToInt(Integer::parseInt).toArray());
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (String route : routesWithRanges()) {
				Response response = connection.get("/" + route + "/" + name, "Range: bytes=" + ranges);
				assertThat(response.status()).as(route).isEqualTo(206);
				assertThat(response.header("Content-Range")).isEmpty();
				assertThat(response.header("Content-Length"))
					.isEqualTo(isStock() ? "" : String.valueOf(response.body().length));
				assertThat(Part.parse(response.header("Content-Type"), response.body(), 16384)).isEqualTo(expected);
			}
		}
		assertSentByKernel(before, (long) expected.size() * routesWithRanges().size());
	}

	@Test
	void upToAHundredRangesAreWelcome() throws IOException {
		String hundred = IntStream.range(0, 100).mapToObj((i) -> i * 2 + "-" + i * 2).collect(Collectors.joining(","));
		int[] bounds = IntStream.range(0, 100).flatMap((i) -> IntStream.of(i * 2, i * 2 + 1)).toArray();
		String name = "file-16384.bin";
		try (HttpsConnection connection = connect()) {
			for (String route : routesWithRanges()) {
				Response response = connection.get("/" + route + "/" + name, "Range: bytes=" + hundred);
				assertThat(Part.parse(response.header("Content-Type"), response.body(), 16384))
					.isEqualTo(parts(name, bounds));
				assertRefused(connection, "/" + route + "/" + name, hundred + ",300-300");
				// Together they are longer than the whole.
				assertRefused(connection, "/" + route + "/" + name, "0-,0-,1-");
				assertRefused(connection, "/" + route + "/" + name, "0-9,16384-");
				assertRefused(connection, "/" + route + "/" + name, "9-0");
				assertRefused(connection, "/" + route + "/" + name, "x");
				assertThat(connection.get("/" + route + "/" + name).sha256()).isEqualTo(hash(name));
			}
		}
	}

	private static void assertRefused(HttpsConnection connection, String path, String ranges) throws IOException {
		Response response = connection.get(path, "Range: bytes=" + ranges);
		assertThat(response.status()).as(path + " " + ranges).isEqualTo(416);
		assertThat(response.header("Content-Length")).isEqualTo("0");
	}

	/**
	 * The framework does not know this condition, and sends the ranges of what may be
	 * something else.
	 * @throws IOException if the connection is broken
	 */
	@Test
	void whenConditionOfARangeDoesNotHoldTheWholeIsSent() throws IOException {
		String name = "file-16384.bin";
		try (HttpsConnection connection = connect()) {
			for (String ranges : isStock() ? List.of("0-9") : List.of("0-9", "0-9,20-29")) {
				for (String folder : List.of("static", "jar")) {
					String path = "/" + folder + "/" + name;
					String modified = connection.request("HEAD", path).header("Last-Modified");
					assertRanges(connection, path, ranges, modified, true);
					assertRanges(connection, path, ranges, SECOND, false);
					assertRanges(connection, path, ranges, "\"" + name + "\"", false);
				}
				for (String route : List.of("tagged", "entity", "jar-entity")) {
					String path = "/" + route + "/" + name;
					assertRanges(connection, path, ranges, "\"" + name + "\"", true);
					assertRanges(connection, path, ranges, "\"other\"", false);
					assertRanges(connection, path, ranges, "W/\"" + name + "\"", false);
				}
			}
		}
	}

	private void assertRanges(HttpsConnection connection, String path, String ranges, String condition, boolean holds)
			throws IOException {
		Response response = connection.get(path, "Range: bytes=" + ranges, "If-Range: " + condition);
		assertThat(response.status()).as(path + " " + condition).isEqualTo((holds || isStock()) ? 206 : 200);
		if (response.status() == 200) {
			assertThat(response.header("Content-Range")).isEmpty();
			assertThat(response.body()).isEqualTo(content("file-16384.bin"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void largePartsAreComplete(boolean http2) throws Exception {
		int[] bounds = { 0, 17 * MEDIUM, 20 * MEDIUM + 1, 37 * MEDIUM, 40 * MEDIUM, HUGE };
		String ranges = "0-%d,%d-%d,%d-".formatted(bounds[1] - 1, bounds[2], bounds[3] - 1, bounds[4]);
		try (RunningApplication another = startAnother(this::prepareContext, "server.http2.enabled=" + http2)) {
			HttpClient client = HttpClient.newBuilder()
				.version(http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
				.sslContext(ClientTls.anonymous())
				.build();
			for (String route : isStock() ? List.of("entity") : List.of("static", "entity")) {
				HttpRequest request = HttpRequest.newBuilder(URI.create(another.url("/" + route + "/huge.bin")))
					.header("Range", "bytes=" + ranges)
					.build();
				HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
				assertThat(response.version()).isEqualTo(client.version());
				assertThat(response.statusCode()).isEqualTo(206);
				if (!isStock()) {
					assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(response.body().length);
				}
				assertThat(
						Part.parse(response.headers().firstValue("Content-Type").orElseThrow(), response.body(), HUGE))
					.isEqualTo(parts("huge.bin", bounds));
			}
			if (this.variant.isOffloading()) {
				assertThat(another.statistics().getFilesBySendfile()).isEqualTo(http2 ? 0 : 6);
			}
		}
	}

}
