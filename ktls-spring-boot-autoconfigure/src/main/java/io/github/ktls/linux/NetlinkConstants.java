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

package io.github.ktls.linux;

/**
 * Numbers of netlink messages and attributes, with the names they have in the kernel.
 */
public final class NetlinkConstants {

	/** {@code include/linux/socket.h}. */
	public static final int AF_NETLINK = 16;

	/** {@code include/linux/net.h}. */
	public static final int SOCK_RAW = 3;

	/** {@code include/linux/net.h}. */
	public static final int SOCK_NONBLOCK = 0x800;

	/** Protocol of links and routes: {@code include/uapi/linux/netlink.h}. */
	public static final int NETLINK_ROUTE = 0;

	/** Protocol of the states of sockets: {@code include/uapi/linux/netlink.h}. */
	public static final int NETLINK_SOCK_DIAG = 4;

	/** The message is a request: {@code include/uapi/linux/netlink.h}. */
	public static final int NLM_F_REQUEST = 0x1;

	/** All entries are asked for: {@code include/uapi/linux/netlink.h}. */
	public static final int NLM_F_DUMP = 0x300;

	/** An error, or that there is none: {@code include/uapi/linux/netlink.h}. */
	public static final int NLMSG_ERROR = 2;

	/** The end of a dump: {@code include/uapi/linux/netlink.h}. */
	public static final int NLMSG_DONE = 3;

	/** An interface: {@code include/uapi/linux/rtnetlink.h}. */
	public static final int RTM_NEWLINK = 16;

	/** Asks for interfaces: {@code include/uapi/linux/rtnetlink.h}. */
	public static final int RTM_GETLINK = 18;

	/** The interface's name: {@code include/uapi/linux/if_link.h}. */
	public static final int IFLA_IFNAME = 3;

	/** Number of the interface below: {@code include/uapi/linux/if_link.h}. */
	public static final int IFLA_LINK = 5;

	/** Number of the interface that this one is a port of. */
	public static final int IFLA_MASTER = 10;

	/** What kind of interface it is: {@code include/uapi/linux/if_link.h}. */
	public static final int IFLA_LINKINFO = 18;

	/** The interface below is in another namespace. */
	public static final int IFLA_LINK_NETNSID = 37;

	/** The kind's name, within {@link #IFLA_LINKINFO}. */
	public static final int IFLA_INFO_KIND = 1;

	/** Asks for sockets: {@code include/uapi/linux/sock_diag.h}. */
	public static final int SOCK_DIAG_BY_FAMILY = 20;

	/** {@code struct tcp_info}: {@code include/uapi/linux/inet_diag.h}. */
	public static final int INET_DIAG_INFO = 2;

	/** The upper layer protocol: {@code include/uapi/linux/inet_diag.h}. */
	public static final int INET_DIAG_ULP_INFO = 19;

	/** That of TLS, within {@link #INET_DIAG_ULP_INFO}. */
	public static final int INET_ULP_INFO_TLS = 2;

	/** Who encrypts: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_INFO_TXCONF = 3;

	/** Who decrypts: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_INFO_RXCONF = 4;

	/** Nobody: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_CONF_BASE = 1;

	/** The kernel: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_CONF_SW = 2;

	/** The network card: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_CONF_HW = 3;

	/** The network card, with a TLS of its own: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_CONF_HW_RECORD = 4;

	private NetlinkConstants() {
	}

}
