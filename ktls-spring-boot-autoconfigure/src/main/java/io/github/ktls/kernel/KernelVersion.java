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

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of the upstream kernel that a kernel was built from.
 *
 * @param major the first number
 * @param minor the second number
 * @param patch the third number, of the stable branch; -1 before the first release of the
 * branch
 * @param exact whether the third number is the upstream one; some distributions keep it
 * at zero and count for themselves
 */
record KernelVersion(int major, int minor, int patch, boolean exact) implements Comparable<KernelVersion> {

	private static final Comparator<KernelVersion> ORDER = Comparator.comparingInt(KernelVersion::major)
		.thenComparingInt(KernelVersion::minor)
		.thenComparingInt(KernelVersion::patch);

	private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?(.*)",
			Pattern.DOTALL);

	/**
	 * As upstream, Fedora (-0.rc3.fc45) and Ubuntu's mainline builds (-061700rc2) say it.
	 */
	private static final Pattern CANDIDATE = Pattern.compile("rc\\d");

	/** Debian's package version, an epoch in front of it or not. */
	private static final Pattern DEBIAN = Pattern.compile("\\bDebian (?:\\d+:)?(\\d{1,4}\\.\\d{1,4}\\.\\d{1,4})\\b");

	/**
	 * Find out the version of a kernel.
	 * @param release the text of {@code uname -r}
	 * @param version the text of {@code uname -v}
	 * @return the version, or empty if there is none to be seen
	 */
	static Optional<KernelVersion> of(String release, String version) {
		Optional<KernelVersion> parsed = parse(release.strip());
		Matcher debian = DEBIAN.matcher(version);
		if (debian.find()) {
			Optional<KernelVersion> packaged = parse(debian.group(1));
			if (packaged.isPresent() && parsed.filter(packaged.get()::isSameBranch).isPresent()) {
				return packaged;
			}
		}
		return parsed;
	}

	/**
	 * Parse a version.
	 * @param text numbers, and possibly what a distribution appends to them
	 * @return the version, or empty if the text does not begin with one
	 */
	static Optional<KernelVersion> parse(String text) {
		Matcher matcher = NUMBERS.matcher(text);
		if (!matcher.matches()) {
			return Optional.empty();
		}
		String third = matcher.group(3);
		String suffix = matcher.group(4);
		boolean candidate = CANDIDATE.matcher(suffix).find();
		int patch = (third != null) ? Integer.parseInt(third) : 0;
		return Optional.of(new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)),
				candidate ? -1 : patch, patch > 0 || candidate || suffix.isEmpty()));
	}

	/**
	 * Return whether another version is of the same stable branch.
	 * @param other the other one
	 * @return whether it differs in the third number at most
	 */
	boolean isSameBranch(KernelVersion other) {
		return this.major == other.major && this.minor == other.minor;
	}

	@Override
	public int compareTo(KernelVersion other) {
		return ORDER.compare(this, other);
	}

}
