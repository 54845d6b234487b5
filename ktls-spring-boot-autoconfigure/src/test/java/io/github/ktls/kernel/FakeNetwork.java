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

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.EthtoolConstants;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.NetlinkConstants;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

/**
 * The network of a {@link FakeKernel}: interfaces whose features can be asked for and
 * changed, routes, the kernel's counters, and what it tells of sockets. Answers are
 * written here as the kernel's headers say, not by the code that is tested. Its features
 * are more than 32, as the real ones are, so that there are two blocks of them.
 */
public final class FakeNetwork {

	private static final List<String> FEATURES = new ArrayList<>();

	static {
		for (int i = 0; i < 33; i++) {
			FEATURES.add("feature-" + i);
		}
		FEATURES.addAll(List.of("tls-hw-tx-offload", "tls-hw-rx-offload", "tls-hw-record"));
	}

	private final Map<String, Card> cards = new LinkedHashMap<>();

	private final Map<String, Integer> ethtoolRefusals = new HashMap<>();

	private final Map<String, UnaryOperator<byte[]>> spoilers = new HashMap<>();

	private final Map<Integer, Deque<byte[]>> netlink = new HashMap<>();

	private final Set<String> routes = new HashSet<>();

	private final Set<Integer> onDevice = new HashSet<>();

	private final Set<Integer> receivesOnDevice = new HashSet<>();

	private final List<String> changes = new ArrayList<>();

	private int nextIndex = 1;

	private int secondChangeRefusal;

	private int netlinkRefusal;

	private int diagRefusal;

	private boolean telling = true;

	private boolean offloading;

	private boolean counting = true;

	private int transmitSoftware;

	private int transmitDevice;

	private int receiveSoftware;

	private int receiveDevice;

	private int asked;

	private @Nullable Error failure;

	static long cookie(int fd) {
		return 0x1_0000_0000L + fd;
	}

	/**
	 * Add an interface that traffic leaves by.
	 * @param name its name
	 * @return the interface, whose features are off for good
	 */
	public Card route(String name) {
		return routeOf(name, "");
	}

	/**
	 * Add an interface that traffic leaves by.
	 * @param name its name
	 * @param kind what kind it is
	 * @return the interface
	 */
	public Card routeOf(String name, String kind) {
		this.routes.add(name);
		return add(name, kind);
	}

	/**
	 * Add an interface.
	 * @param name its name
	 * @param kind what kind it is, empty for a real card
	 * @return the interface, whose features are off for good
	 */
	public Card add(String name, String kind) {
		Card card = new Card(this.nextIndex++, name, kind);
		this.cards.put(name, card);
		return card;
	}

	/**
	 * Take an interface away, but not its route, as between two looks.
	 * @param name its name
	 */
	public void remove(String name) {
		this.cards.remove(name);
	}

	/**
	 * Rename an interface.
	 * @param name its name
	 * @param newName its name afterwards
	 */
	public void rename(String name, String newName) {
		Card card = this.cards.remove(name);
		if (card != null) {
			card.name = newName;
			this.cards.put(newName, card);
		}
	}

	/**
	 * Refuse a command for interfaces from now on.
	 * @param command the command's name
	 * @param errno the error number, or 0 to refuse it no more
	 * @return this network
	 */
	public FakeNetwork refuse(String command, int errno) {
		this.ethtoolRefusals.put("ioctl(" + command + ")", errno);
		return this;
	}

	/**
	 * Refuse changes of features after the next one.
	 * @param errno the error number
	 */
	public void refuseSecondChange(int errno) {
		this.secondChangeRefusal = errno;
	}

	/**
	 * Refuse netlink sockets.
	 * @param errno the error number
	 * @return this network
	 */
	public FakeNetwork forbidNetlink(int errno) {
		this.netlinkRefusal = errno;
		return this;
	}

	/**
	 * Answer questions for sockets with an error.
	 * @param errno the error number
	 * @return this network
	 */
	public FakeNetwork refuseSockets(int errno) {
		this.diagRefusal = errno;
		return this;
	}

	/**
	 * Be a kernel before 6.15 for a process without {@code CAP_NET_ADMIN}: of sockets it
	 * tells, but not of their TLS.
	 * @return this network
	 */
	public FakeNetwork keepToItself() {
		this.telling = false;
		return this;
	}

	/**
	 * Be a kernel without counters.
	 * @return this network
	 */
	public FakeNetwork withoutCounters() {
		this.counting = false;
		return this;
	}

	/**
	 * Have whoever reads a file meet something unforeseen.
	 * @param failure what is thrown
	 */
	public void breakDown(Error failure) {
		this.failure = failure;
	}

	/**
	 * Give keys to a network card from now on, or to the kernel.
	 * @param offloading whether a card gets them
	 * @return this network
	 */
	public FakeNetwork offload(boolean offloading) {
		this.offloading = offloading;
		return this;
	}

	/**
	 * Spoil what is answered.
	 * @param name the name of the command, or the type of the netlink request
	 * @param spoiler gets the answer and returns another one
	 * @return this network
	 */
	public FakeNetwork spoil(String name, UnaryOperator<byte[]> spoiler) {
		this.spoilers.put(name, spoiler);
		return this;
	}

	/**
	 * Return the changes of features that were made.
	 * @return the changes, for example {@code eth0 tls-hw-tx-offload on}
	 */
	public List<String> changes() {
		return List.copyOf(this.changes);
	}

	/**
	 * Return how often something was asked about a socket.
	 * @return the number
	 */
	public int asked() {
		return this.asked;
	}

	void transmitInstalled(int fd) {
		if (this.offloading) {
			this.transmitDevice++;
			this.onDevice.add(fd);
		}
		else {
			this.transmitSoftware++;
			this.onDevice.remove(fd);
		}
	}

	void receiveInstalled(int fd) {
		if (this.offloading) {
			this.receiveDevice++;
			this.receivesOnDevice.add(fd);
		}
		else {
			this.receiveSoftware++;
			this.receivesOnDevice.remove(fd);
		}
	}

	/**
	 * Count keys of others.
	 * @param software how many the kernel took
	 * @param device how many a card took
	 * @return this network
	 */
	public FakeNetwork others(int software, int device) {
		this.transmitSoftware += software;
		this.transmitDevice += device;
		return this;
	}

	int boundInterface() {
		return 7;
	}

	void localAddress(int fd, ByteBuffer address) {
		ByteBuffer target = address.duplicate().order(ByteOrder.nativeOrder());
		target.putShort(0, (short) SocketConstants.AF_INET);
		target.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) 443).putInt(4, 0xc0000201);
	}

	void peerAddress(int fd, ByteBuffer address) {
		ByteBuffer target = address.duplicate().order(ByteOrder.nativeOrder());
		target.putShort(0, (short) SocketConstants.AF_INET);
		target.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) fd).putInt(4, 0xc0000202);
	}

	String readFile(String path) throws IOException {
		if (this.failure != null) {
			throw this.failure;
		}
		return switch (path) {
			case "/proc/net/tls_stat" -> {
				if (!this.counting) {
					throw new FileNotFoundException(path);
				}
				yield """
						TlsTxSw                         %d
						TlsRxSw                         %d
						TlsTxDevice                     %d
						TlsRxDevice                     %d
						""".formatted(this.transmitSoftware, this.receiveSoftware, this.transmitDevice,
						this.receiveDevice);
			}
			case "/proc/net/route" -> {
				StringBuilder table = new StringBuilder("Iface\tDestination\tGateway\tFlags\tRefCnt\n");
				this.routes.stream()
					.sorted()
					.forEach((name) -> table.append(name).append("\t00000000\t010200C0\t0003\t0\n"));
				yield table.toString();
			}
			default -> throw new FileNotFoundException(path);
		};
	}

	// Netlink

	void open(int fd, int protocol) throws IOException {
		if (this.netlinkRefusal != 0) {
			throw new NativeIoException("socket", this.netlinkRefusal);
		}
		if (protocol != NetlinkConstants.NETLINK_ROUTE && protocol != NetlinkConstants.NETLINK_SOCK_DIAG) {
			throw new IllegalArgumentException("No such protocol: " + protocol);
		}
		this.netlink.put(fd, new ArrayDeque<>());
	}

	boolean isOpen(int fd) {
		return this.netlink.containsKey(fd);
	}

	/**
	 * Return whether a netlink socket was left open.
	 * @return whether there is one
	 */
	public boolean isAnyNetlinkOpen() {
		return !this.netlink.isEmpty();
	}

	boolean close(int fd) {
		return this.netlink.remove(fd) != null;
	}

	int send(int fd, ByteBuffer payload) {
		ByteBuffer request = payload.duplicate().order(ByteOrder.nativeOrder());
		int sequence = request.getInt(8);
		Deque<byte[]> answers = this.netlink.getOrDefault(fd, new ArrayDeque<>());
		switch (request.getShort(4)) {
			case NetlinkConstants.RTM_GETLINK -> {
				for (Card card : this.cards.values()) {
					answers.add(
							spoiled("RTM_GETLINK", message(NetlinkConstants.RTM_NEWLINK, 2, sequence, card.message())));
				}
				answers.add(message(NetlinkConstants.NLMSG_DONE, 2, sequence, new byte[4]));
			}
			case NetlinkConstants.SOCK_DIAG_BY_FAMILY -> answers.add(spoiled("SOCK_DIAG", socket(request, sequence)));
			default -> throw new IllegalArgumentException("No such request: " + request.getShort(4));
		}
		return payload.remaining();
	}

	private byte[] spoiled(String name, byte[] answer) {
		UnaryOperator<byte[]> spoiler = this.spoilers.get(name);
		return (spoiler != null) ? spoiler.apply(answer) : answer;
	}

	int recv(int fd, ByteBuffer target) {
		byte[] answer = this.netlink.getOrDefault(fd, new ArrayDeque<>()).poll();
		if (answer == null) {
			return SystemCalls.WOULD_BLOCK;
		}
		target.put(target.position(), answer);
		return answer.length;
	}

	private byte[] socket(ByteBuffer request, int sequence) {
		this.asked++;
		long cookie = request.getLong(16 + 8 + 40);
		int fd = (int) cookie;
		ByteBuffer network = request.duplicate().order(ByteOrder.BIG_ENDIAN);
		boolean found = cookie == cookie(fd) && request.get(16) == SocketConstants.AF_INET && request.get(17) == 6
				&& network.getShort(24) == 443 && network.getShort(26) == (short) fd && network.getInt(28) == 0xc0000201
				&& network.getInt(44) == 0xc0000202 && request.getInt(60) == 7;
		int errno = found ? this.diagRefusal : Errno.ENOENT;
		if (errno != 0) {
			return message(NetlinkConstants.NLMSG_ERROR, 0, sequence, join(number(-errno), new byte[16]));
		}
		byte[] identity = new byte[48];
		request.get(24, identity);
		byte[] head = join(new byte[4], identity, new byte[20]);
		byte[] tls = join(attribute(1, number16(0x303)), attribute(2, number16(51)),
				attribute(NetlinkConstants.TLS_INFO_TXCONF, number16(configuration(this.onDevice, fd))),
				attribute(NetlinkConstants.TLS_INFO_RXCONF, number16(configuration(this.receivesOnDevice, fd))));
		byte[] protocol = join(attribute(1, text("tls")), attribute(0x8000 | NetlinkConstants.INET_ULP_INFO_TLS, tls));
		byte[] info = attribute(NetlinkConstants.INET_DIAG_INFO, new byte[9]);
		return message(NetlinkConstants.SOCK_DIAG_BY_FAMILY, 0, sequence,
				this.telling ? join(head, info, attribute(0x8000 | NetlinkConstants.INET_DIAG_ULP_INFO, protocol))
						: join(head, info));
	}

	private static int configuration(Set<Integer> device, int fd) {
		return device.contains(fd) ? NetlinkConstants.TLS_CONF_HW : NetlinkConstants.TLS_CONF_SW;
	}

	static byte[] message(int type, int flags, int sequence, byte[] payload) {
		int length = 16 + payload.length;
		return padded(join(number(length), number16(type), number16(flags), number(sequence), number(4321), payload));
	}

	static byte[] attribute(int type, byte[] value) {
		return padded(join(number16(4 + value.length), number16(type), value));
	}

	private static byte[] padded(byte[] bytes) {
		return Arrays.copyOf(bytes, (bytes.length + 3) / 4 * 4);
	}

	static byte[] number(int value) {
		byte[] bytes = new byte[Integer.BYTES];
		ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(value);
		return bytes;
	}

	static byte[] number16(int value) {
		return Arrays.copyOf(number(value), Short.BYTES);
	}

	static byte[] text(String text) {
		return (text + "\0").getBytes(StandardCharsets.US_ASCII);
	}

	static byte[] join(byte[]... parts) {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			joined.writeBytes(part);
		}
		return joined.toByteArray();
	}

	// Ethtool

	int ethtool(String name, ByteBuffer command, String call) throws IOException {
		if (!command.isDirect()) {
			throw new IllegalArgumentException("The command is not direct");
		}
		int errno = this.ethtoolRefusals.getOrDefault(call, 0);
		Card card = this.cards.get(name);
		if (card == null) {
			throw new NativeIoException(call, Errno.ENODEV);
		}
		if (errno != 0) {
			throw new NativeIoException(call, errno);
		}
		ByteBuffer answer = command.duplicate().order(ByteOrder.nativeOrder()).clear();
		if (card.refusal != 0) {
			throw new NativeIoException(call, card.refusal);
		}
		int result = 0;
		switch (answer.getInt(0)) {
			case EthtoolConstants.ETHTOOL_GDRVINFO -> card.tellDriver(answer, call);
			case EthtoolConstants.ETHTOOL_GSSET_INFO -> card.tellCount(answer);
			case EthtoolConstants.ETHTOOL_GSTRINGS -> card.tellStrings(answer);
			case EthtoolConstants.ETHTOOL_GSTATS -> card.tellStatistics(answer);
			case EthtoolConstants.ETHTOOL_GFEATURES -> card.tellFeatures(answer);
			case EthtoolConstants.ETHTOOL_SFEATURES -> {
				result = change(card, answer);
			}
			default -> throw new NativeIoException(call, Errno.EOPNOTSUPP);
		}
		UnaryOperator<byte[]> spoiler = this.spoilers.get(call.substring("ioctl(".length(), call.length() - 1));
		if (spoiler != null) {
			byte[] bytes = new byte[answer.capacity()];
			answer.clear().get(bytes);
			answer.clear().put(spoiler.apply(bytes));
		}
		return result;
	}

	private int change(Card card, ByteBuffer request) throws NativeIoException {
		if (request.getInt(4) != 2 || request.capacity() != 8 + 2 * 8) {
			throw new NativeIoException("ioctl(ETHTOOL_SFEATURES)", Errno.EINVAL);
		}
		refuse("ETHTOOL_SFEATURES", this.secondChangeRefusal);
		for (int i = 0; i < FEATURES.size(); i++) {
			int block = 8 + i / 32 * 8;
			int bit = 1 << i % 32;
			if ((request.getInt(block) & bit) != 0) {
				boolean on = (request.getInt(block + 4) & bit) != 0;
				if (!card.changeable.contains(FEATURES.get(i))) {
					return EthtoolConstants.ETHTOOL_F_UNSUPPORTED;
				}
				card.request(FEATURES.get(i), on);
				if (on && card.stubborn) {
					return EthtoolConstants.ETHTOOL_F_WISH;
				}
				card.set(FEATURES.get(i), on);
				this.changes.add(card.name + " " + FEATURES.get(i) + (on ? " on" : " off"));
			}
		}
		return 0;
	}

	/**
	 * An interface.
	 */
	public static final class Card {

		private final int index;

		private final String kind;

		private final Set<String> changeable = new HashSet<>();

		private final Set<String> requested = new HashSet<>();

		private final Set<String> active = new HashSet<>();

		private final Map<String, Long> statistics = new LinkedHashMap<>();

		private String name;

		private String driver = "fakenic";

		private int lower;

		private int master;

		private boolean lowerIsElsewhere;

		private boolean stubborn;

		private int refusal;

		private Card(int index, String name, String kind) {
			this.index = index;
			this.name = name;
			this.kind = kind;
		}

		/**
		 * Return the interface's number.
		 * @return the number
		 */
		public int index() {
			return this.index;
		}

		/**
		 * Let a feature be switched.
		 * @param feature the feature
		 * @param on whether it is on
		 * @return this interface
		 */
		public Card can(TlsFeature feature, boolean on) {
			this.changeable.add(feature.featureName());
			return set(feature.featureName(), on);
		}

		/**
		 * Have a feature on for good.
		 * @param feature the feature
		 * @return this interface
		 */
		public Card always(TlsFeature feature) {
			return set(feature.featureName(), true);
		}

		private void request(String feature, boolean on) {
			if (on) {
				this.requested.add(feature);
			}
			else {
				this.requested.remove(feature);
			}
		}

		private Card set(String feature, boolean on) {
			request(feature, on);
			if (on) {
				this.active.add(feature);
			}
			else {
				this.active.remove(feature);
			}
			return this;
		}

		/**
		 * Take note of features that are to be on, and leave them off.
		 * @return this interface
		 */
		public Card stubborn() {
			this.stubborn = true;
			return this;
		}

		/**
		 * Refuse every command.
		 * @param errno the error number
		 * @return this interface
		 */
		public Card refuses(int errno) {
			this.refusal = errno;
			return this;
		}

		/**
		 * Have what is on off for now, and still asked for.
		 * @return this interface
		 */
		public Card waits() {
			this.active.clear();
			return this;
		}

		/**
		 * Turn on what was taken note of, as when the other feature comes.
		 */
		public void yieldToRequests() {
			this.stubborn = false;
			this.active.addAll(this.requested);
		}

		/**
		 * Return whether a feature is on.
		 * @param feature the feature
		 * @return whether it is
		 */
		public boolean has(TlsFeature feature) {
			return this.active.contains(feature.featureName());
		}

		/**
		 * Count something.
		 * @param statistic what is counted
		 * @param value its number
		 * @return this interface
		 */
		public Card counts(String statistic, long value) {
			this.statistics.put(statistic, value);
			return this;
		}

		/**
		 * Have another driver.
		 * @param driver its name, empty for none
		 * @return this interface
		 */
		public Card driver(String driver) {
			this.driver = driver;
			return this;
		}

		/**
		 * Lie above another interface, as a VLAN does.
		 * @param lower the number of the other one
		 * @return this interface
		 */
		public Card above(int lower) {
			this.lower = lower;
			return this;
		}

		/**
		 * Lie above an interface of another namespace.
		 * @return this interface
		 */
		public Card aboveElsewhere() {
			this.lowerIsElsewhere = true;
			return this;
		}

		/**
		 * Be a port of another interface, as of a bond.
		 * @param master the number of the other one
		 * @return this interface
		 */
		public Card portOf(int master) {
			this.master = master;
			return this;
		}

		private byte[] message() {
			byte[] head = join(new byte[4], number(this.index), new byte[8]);
			byte[] links = join(
					(this.lower != 0) ? attribute(NetlinkConstants.IFLA_LINK, number(this.lower)) : new byte[0],
					(this.master != 0) ? attribute(NetlinkConstants.IFLA_MASTER, number(this.master)) : new byte[0],
					this.lowerIsElsewhere ? attribute(NetlinkConstants.IFLA_LINK_NETNSID, number(0)) : new byte[0]);
			byte[] info = this.kind.isEmpty() ? new byte[0] : attribute(0x8000 | NetlinkConstants.IFLA_LINKINFO,
					attribute(NetlinkConstants.IFLA_INFO_KIND, text(this.kind)));
			return join(head, attribute(NetlinkConstants.IFLA_IFNAME, text(this.name)), links, info);
		}

		private void tellDriver(ByteBuffer answer, String call) throws NativeIoException {
			if (this.driver.isEmpty()) {
				throw new NativeIoException(call, Errno.EOPNOTSUPP);
			}
			put(answer, 4, this.driver);
		}

		private void tellCount(ByteBuffer answer) {
			long mask = answer.getLong(8);
			Map<Long, Integer> counts = Map.of(1L << 1, this.statistics.size(), 1L << 4, FEATURES.size());
			int count = counts.getOrDefault(mask, 0);
			answer.putLong(8, (count > 0) ? mask : 0).putInt(16, count);
		}

		private void tellStrings(ByteBuffer answer) {
			List<String> strings = (answer.getInt(4) == 4) ? FEATURES : List.copyOf(this.statistics.keySet());
			answer.putInt(8, strings.size());
			for (int i = 0; i < strings.size(); i++) {
				put(answer, 12 + i * 32, strings.get(i));
			}
		}

		private void tellStatistics(ByteBuffer answer) {
			answer.putInt(4, this.statistics.size());
			int position = 8;
			for (long value : this.statistics.values()) {
				answer.putLong(position, value);
				position += 8;
			}
		}

		private void tellFeatures(ByteBuffer answer) {
			answer.putInt(4, Math.min(2, answer.getInt(4)));
			for (int i = 0; i < 32 * answer.getInt(4) && i < FEATURES.size(); i++) {
				int block = 8 + i / 32 * 16;
				int bit = 1 << i % 32;
				set(answer, block, bit, this.changeable.contains(FEATURES.get(i)));
				set(answer, block + 4, bit, this.requested.contains(FEATURES.get(i)));
				set(answer, block + 8, bit, this.active.contains(FEATURES.get(i)));
			}
		}

		private static void set(ByteBuffer answer, int position, int bit, boolean set) {
			answer.putInt(position, set ? answer.getInt(position) | bit : answer.getInt(position) & ~bit);
		}

		private static void put(ByteBuffer answer, int position, String text) {
			byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
			for (int i = 0; i < bytes.length; i++) {
				answer.put(position + i, bytes[i]);
			}
		}

	}

}
