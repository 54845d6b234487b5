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

import java.nio.ByteBuffer;

/**
 * Layout of what is told of a driver: <pre>
 * struct ethtool_drvinfo {
 *     __u32 cmd;               // ETHTOOL_GDRVINFO
 *     char  driver[32];
 *     char  version[32];
 *     char  fw_version[32];
 *     char  bus_info[32];
 *     char  erom_version[32];
 *     char  reserved2[12];
 *     __u32 n_priv_flags;
 *     __u32 n_stats;
 *     __u32 testinfo_len;
 *     __u32 eedump_len;
 *     __u32 regdump_len;
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}.
 */
public final class EthtoolDrvinfo {

	private static final int OFFSETOF_DRIVER = 4;

	private static final int DRIVER_SIZE = 32;

	/** {@code sizeof(struct ethtool_drvinfo)}, in bytes. */
	public static final int SIZE = 196;

	private EthtoolDrvinfo() {
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, in native order
	 */
	public static void write(ByteBuffer target) {
		target.putInt(0, EthtoolConstants.ETHTOOL_GDRVINFO);
	}

	/**
	 * Read the driver's name.
	 * @param source the answer
	 * @return the name, empty if there is none
	 */
	public static String driver(ByteBuffer source) {
		return CStrings.read(source, OFFSETOF_DRIVER, DRIVER_SIZE);
	}

}
