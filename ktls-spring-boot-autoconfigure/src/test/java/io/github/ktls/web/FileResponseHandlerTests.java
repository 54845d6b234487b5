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

package io.github.ktls.web;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.logging.LoggingHandler;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.NettyPipeline;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsFileRegion;
import io.github.ktls.netty.KtlsPipeline;
import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FileResponseHandler}.
 */
class FileResponseHandlerTests {

	/** As Reactor Netty's handlers are named. */
	private static final String COUNTER = NettyPipeline.LEFT + "counter";

	private static final int SIZE = 100_000;

	private static final int CHUNK_SIZE = 30_000;

	@TempDir
	Path directory;

	private byte[] content = {};

	private FileChannel file;

	private final KtlsStatistics statistics = new KtlsStatistics();

	private final List<Object> written = new ArrayList<>();

	private final List<Integer> counted = new ArrayList<>();

	private EmbeddedChannel channel;

	@BeforeEach
	void openFile() throws IOException {
		Path path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.content = Files.readAllBytes(path);
		this.file = FileChannel.open(path, StandardOpenOption.READ);
	}

	@AfterEach
	void close() throws IOException {
		if (this.channel != null) {
			this.channel.finishAndReleaseAll();
		}
		this.written.forEach(ReferenceCountUtil::safeRelease);
		this.file.close();
	}

	@Test
	void whenConnectionMayBeHandedOverFileIsSentAsOneRegion() throws IOException {
		this.channel = http1(true);
		beginResponse();
		ChannelFuture sent = this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 99_000, 1024));
		this.channel.flush();
		assertThat(this.written).singleElement().isInstanceOfSatisfying(KtlsFileRegion.class, (region) -> {
			assertThat(region.position()).isEqualTo(10);
			assertThat(region.count()).isEqualTo(99_000);
			assertThat(region.refCnt()).isOne();
		});
		assertThat(this.statistics.getFilesByChunks()).isZero();
		assertThat(sent.isDone()).isTrue();
		assertThat(this.file.isOpen()).isTrue();
	}

	@Test
	void handlersThatCountSeeTheLengthOfARegion() throws IOException {
		this.channel = http1(true);
		beginResponse();
		this.counted.clear();
		this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 99_000, 1024));
		this.channel.flush();
		assertThat(this.counted).containsExactly(99_000);
	}

	@Test
	void whenFileIsLongerThanABufferCanBeItsLengthIsSeenInParts() throws IOException {
		long length = 5L * 1024 * 1024 * 1024;
		Path sparse = this.directory.resolve("sparse");
		try (RandomAccessFile created = new RandomAccessFile(sparse.toFile(), "rw")) {
			created.setLength(length);
		}
		this.channel = http1(true);
		beginResponse();
		this.counted.clear();
		ChannelFuture sent = this.channel
			.writeOneOutbound(new ChunkedNioFile(FileChannel.open(sparse, StandardOpenOption.READ), 0, length, 1024));
		this.channel.flush();
		assertThat(this.counted.stream().mapToLong(Integer::longValue).sum()).isEqualTo(length);
		assertThat(this.written).singleElement()
			.isInstanceOfSatisfying(KtlsFileRegion.class, (region) -> assertThat(region.count()).isEqualTo(length));
		assertThat(sent.isSuccess()).isTrue();
	}

	@Test
	void whenThereIsAHandlerOfTheUsersItSeesTheRegion() throws IOException {
		this.channel = http1(true);
		this.channel.pipeline().addAfter(COUNTER, "user", new LoggingHandler(LogLevel.ERROR));
		beginResponse();
		this.counted.clear();
		this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 99_000, 1024));
		this.channel.flush();
		this.channel.checkException();
		assertThat(this.counted).isEmpty();
		assertThat(this.written).singleElement().isInstanceOf(KtlsFileRegion.class);
	}

	@Test
	void whenContentIsNotSentItsRegionIsReleased() {
		KtlsFileRegion region = new KtlsFileRegion(this.file, 0, 10);
		FileContent.of(region).release();
		assertThat(region.refCnt()).isZero();
	}

	@Test
	void whenTlsIsSomebodyElsesFileIsSentInLargeChunks() throws IOException {
		this.channel = http1(false);
		assertThatFileIsSentInLargeChunks();
	}

	@Test
	void whenThereIsNoHttp1CodecFileIsSentInLargeChunks() throws IOException {
		this.channel = http1(true);
		this.channel.pipeline().remove(HttpServerCodec.class);
		this.channel.pipeline().remove(FileRegionHandler.class);
		assertThatFileIsSentInLargeChunks();
	}

	@Test
	void whenResponsesAreCompressedFileIsSentInLargeChunks() throws IOException {
		this.channel = http1(true);
		this.channel.pipeline()
			.addBefore(FileResponseHandler.NAME, NettyPipeline.CompressionHandler, new Compressing());
		assertThatFileIsSentInLargeChunks();
	}

	@Test
	void whenResponseIsLeftUncompressedFileIsARegion() throws IOException {
		this.channel = http1(true);
		this.channel.pipeline()
			.addBefore(FileResponseHandler.NAME, NettyPipeline.CompressionHandler, new ChannelDuplexHandler());
		beginResponse();
		this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 99_000, 1024));
		this.channel.flush();
		this.channel.checkException();
		assertThat(this.written).singleElement().isInstanceOf(KtlsFileRegion.class);
	}

	@Test
	void whenContentIsInsideAMessageItsRegionIsSent() {
		EmbeddedChannel regions = new EmbeddedChannel(FileRegionHandler.INSTANCE);
		KtlsFileRegion region = new KtlsFileRegion(this.file, 0, 10);
		ByteBuf content = FileContent.of(region);
		regions.writeOutbound(new DefaultHttpContent(content));
		assertThat(regions.<Object>readOutbound()).isSameAs(region);
		assertThat(content.refCnt()).isZero();
		region.release();
	}

	private void assertThatFileIsSentInLargeChunks() throws IOException {
		if (this.channel.pipeline().get(HttpServerCodec.class) != null) {
			beginResponse();
		}
		ChannelFuture sent = this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 99_000, 1024));
		this.channel.flush();
		this.channel.checkException();
		assertThat(this.written).allSatisfy((chunk) -> assertThat(chunk).isInstanceOf(ByteBuf.class));
		assertThat(this.written.stream().map((chunk) -> ((ByteBuf) chunk).readableBytes())).containsExactly(30_000,
				30_000, 30_000, 9_000);
		byte[] bytes = ByteBufUtil
			.getBytes(Unpooled.wrappedBuffer(this.written.stream().map(ByteBuf.class::cast).toArray(ByteBuf[]::new)));
		assertThat(bytes).isEqualTo(Arrays.copyOfRange(this.content, 10, 99_010));
		assertThat(this.statistics.getFilesByChunks()).isOne();
		assertThat(sent.isSuccess()).isTrue();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void whenFileIsEmptyItIsLeftAsItIs() throws IOException {
		this.channel = http1(true);
		beginResponse();
		ChannelFuture sent = this.channel.writeOneOutbound(new ChunkedNioFile(this.file, 10, 0, 1024));
		this.channel.flush();
		assertThat(sent.isSuccess()).isTrue();
		assertThat(this.written).noneMatch(KtlsFileRegion.class::isInstance);
		assertThat(this.statistics.getFilesByChunks()).isZero();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void otherMessagesPass() {
		this.channel = http1(true);
		beginResponse();
		ByteBuf message = Unpooled.copiedBuffer(new byte[] { 1, 2, 3 });
		this.channel.writeOutbound(message);
		assertThat(this.written).containsExactly(message);
	}

	@Test
	void whenKeysAreAskedForBetweenRequestsConnectionIsClosed() {
		this.channel = http1(true);
		askForKeys();
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenKeysAreAskedForDuringAResponseItIsCompletedFirst() {
		this.channel = http1(true);
		request();
		askForKeys();
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(response(HttpResponseStatus.OK));
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.channel.isOpen()).isFalse();
		assertThat(this.written).isNotEmpty();
	}

	@Test
	void whenKeysAreAskedForAfterAResponseConnectionIsClosed() {
		this.channel = http1(true);
		request();
		this.channel.writeOutbound(response(HttpResponseStatus.OK), LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.channel.isOpen()).isTrue();
		askForKeys();
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenKeysAreAskedForAfterAnInformationalResponseTheFinalOneIsCompletedFirst() {
		this.channel = http1(true);
		request();
		this.channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
		askForKeys();
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(response(HttpResponseStatus.OK), LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenInformationalResponseFollowsTheDemandForKeysItDoesNotCloseTheConnection() {
		this.channel = http1(true);
		request();
		askForKeys();
		this.channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
		assertThat(this.channel.isOpen()).isTrue();
	}

	@Test
	void whenResponseIsWrittenWithAVoidPromiseConnectionIsClosedNevertheless() {
		this.channel = http1(true);
		request();
		askForKeys();
		this.channel.writeAndFlush(response(HttpResponseStatus.OK), this.channel.voidPromise());
		this.channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, this.channel.voidPromise());
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenResponseIsAnEventStreamItsEndIsNotWaitedFor() {
		this.channel = http1(true);
		request();
		this.channel.writeOutbound(eventStream());
		assertThat(this.channel.isOpen()).isTrue();
		askForKeys();
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenResponseToCompleteBecomesAnEventStreamItsEndIsNotWaitedFor() {
		this.channel = http1(true);
		request();
		askForKeys();
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(eventStream());
		assertThat(this.channel.isOpen()).isFalse();
		assertThat(this.written).isNotEmpty();
	}

	@Test
	void whenResponseFollowsAnEventStreamItIsCompleted() {
		this.channel = http1(true);
		request();
		this.channel.writeOutbound(eventStream(), LastHttpContent.EMPTY_LAST_CONTENT);
		request();
		this.channel.writeOutbound(response(HttpResponseStatus.OK));
		askForKeys();
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void whenProtocolWasUpgradedConnectionIsClosedAtOnce() {
		this.channel = http1(true);
		request();
		this.channel.pipeline().remove(HttpServerCodec.class);
		askForKeys();
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void demandForKeysIsPassedOn() {
		List<Object> events = new ArrayList<>();
		this.channel = http1(true);
		this.channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {

			@Override
			public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
				events.add(evt);
			}

		});
		request();
		askForKeys();
		this.channel.pipeline().fireUserEventTriggered("other");
		assertThat(events).hasSize(2).first().isInstanceOf(KtlsDrainEvent.class);
		assertThat(events).last().isEqualTo("other");
	}

	private void askForKeys() {
		drain(KtlsDrainEvent.Reason.KEY_UPDATE, false);
	}

	// As the connection does it.
	private void drain(KtlsDrainEvent.Reason reason, boolean inputEnded) {
		KtlsDrainEvent event = new KtlsDrainEvent(reason, inputEnded);
		this.channel.pipeline().fireUserEventTriggered(event);
		if (!event.isClaimed()) {
			this.channel.close();
		}
	}

	private void beginResponse() {
		request();
		HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
		response.headers().set(HttpHeaderNames.CONTENT_LENGTH, SIZE);
		this.channel.writeOutbound(response);
		this.written.forEach(ReferenceCountUtil::safeRelease);
		this.written.clear();
	}

	private void request() {
		this.channel.writeInbound(
				Unpooled.copiedBuffer("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", StandardCharsets.US_ASCII));
	}

	private static HttpResponse response(HttpResponseStatus status) {
		HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
		response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
		return response;
	}

	private static HttpResponse eventStream() {
		HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
		response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream;charset=UTF-8");
		response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
		return response;
	}

	// Return a channel with what Reactor Netty puts into it for HTTP/1.1, as far as it
	// matters here.
	private EmbeddedChannel http1(boolean withKtls) {
		EmbeddedChannel http1 = new EmbeddedChannel();
		http1.pipeline().addLast(new Recorder(this.written));
		if (withKtls) {
			http1.pipeline().addLast("tls", new ChannelDuplexHandler());
			KtlsSettings settings = new KtlsSettings(Activation.ON_FIRST_FILE, 0, CHUNK_SIZE);
			new KtlsPipeline(settings, this.statistics, KernelTls.probe(new FakeKernel()), new SecretsSource(false),
					new ChunkMemory(CHUNK_SIZE), KtlsRollout.complete())
				.install(http1, "tls");
			http1.pipeline().remove("ktls.plaintext");
		}
		http1.pipeline()
			.addLast(NettyPipeline.HttpCodec, new HttpServerCodec())
			.addLast(FileRegionHandler.NAME, FileRegionHandler.INSTANCE)
			.addLast(COUNTER, new ByteCounter(this.counted))
			.addLast(FileResponseHandler.NAME, new FileResponseHandler(new ChunkMemory(CHUNK_SIZE), this.statistics));
		return http1;
	}

	/**
	 * Counts bytes as metrics and access logs do.
	 */
	private static final class ByteCounter extends ChannelDuplexHandler {

		private final List<Integer> counted;

		ByteCounter(List<Integer> counted) {
			this.counted = counted;
		}

		@Override
		public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
			if (msg instanceof ByteBuf bytes) {
				this.counted.add(bytes.readableBytes());
			}
			ctx.write(msg, promise);
		}

	}

	/**
	 * Keeps what is written, and says that it was.
	 */
	private static final class Recorder extends ChannelDuplexHandler {

		private final List<Object> written;

		Recorder(List<Object> written) {
			this.written = written;
		}

		@Override
		public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
			this.written.add(msg);
			promise.trySuccess();
		}

	}

	/**
	 * Says that it compresses.
	 */
	private static final class Compressing extends ChannelDuplexHandler {

		@Override
		public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
			if (msg instanceof HttpResponse response) {
				response.headers().set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
			}
			super.write(ctx, msg, promise);
		}

	}

}
