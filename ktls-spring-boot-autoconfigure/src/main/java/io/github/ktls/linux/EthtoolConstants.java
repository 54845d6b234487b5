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
 * Numbers of the commands and string sets of {@code SIOCETHTOOL}, with the names they
 * have in {@code include/uapi/linux/ethtool.h}.
 */
public final class EthtoolConstants {

	/** Tells the driver. */
	public static final int ETHTOOL_GDRVINFO = 0x3;

	/** Tells the names of a string set. */
	public static final int ETHTOOL_GSTRINGS = 0x1b;

	/** Tells what the driver counts. */
	public static final int ETHTOOL_GSTATS = 0x1d;

	/** Tells the sizes of string sets. */
	public static final int ETHTOOL_GSSET_INFO = 0x37;

	/** Tells the features. */
	public static final int ETHTOOL_GFEATURES = 0x3a;

	/** Changes features; needs {@code CAP_NET_ADMIN}. */
	public static final int ETHTOOL_SFEATURES = 0x3b;

	/** The string set with the names of what the driver counts. */
	public static final int ETH_SS_STATS = 1;

	/** The string set with the names of the features. */
	public static final int ETH_SS_FEATURES = 4;

	/** Room for a name, with the zero behind it. */
	public static final int ETH_GSTRING_LEN = 32;

	/** Bit of the result of a change: the feature is none that can be changed. */
	public static final int ETHTOOL_F_UNSUPPORTED = 1;

	/** Bit of the result of a change: it was taken note of, and not made. */
	public static final int ETHTOOL_F_WISH = 1 << 1;

	private EthtoolConstants() {
	}

}
