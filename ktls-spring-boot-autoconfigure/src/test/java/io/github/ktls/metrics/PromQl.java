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

package io.github.ktls.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.ktls.metrics.Scrape.Sample;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * As much of a PromQL expression as is needed to say whether there is what it asks for.
 * Each metric has to have its braces, so that none is overlooked.
 *
 * @param text the expression
 * @param selectors the metrics that it asks for
 * @param groupings the labels that it groups or joins by
 */
record PromQl(String text, List<Selector> selectors, Set<String> groupings) {

	/** Labels that Prometheus itself adds. */
	private static final Set<String> TARGET = Set.of("job", "instance");

	private static final Set<String> WORDS = Set.of("sum", "max", "min", "avg", "count", "rate", "increase", "and",
			"or", "unless", "bool");

	private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\s*\\{([^{}]*)}");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

	private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*]");

	private static final Pattern GROUPING = Pattern
		.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

	private static final Pattern WORD = Pattern.compile("[a-zA-Z_]\\w*");

	static PromQl parse(String text) {
		List<Selector> selectors = SELECTOR.matcher(text).results().map((found) -> {
			String rest = MATCHER.matcher(found.group(2)).replaceAll("");
			assertThat(rest).as(text).matches("[\\s,]*");
			return new Selector(found.group(1),
					MATCHER.matcher(found.group(2))
						.results()
						.map((matcher) -> new LabelMatcher(matcher.group(1), matcher.group(2), matcher.group(3)))
						.toList());
		}).toList();
		String rest = RANGE.matcher(SELECTOR.matcher(text).replaceAll(" ")).replaceAll(" ");
		Set<String> groupings = new TreeSet<>();
		GROUPING.matcher(rest).results().flatMap((found) -> words(found.group(1))).forEach(groupings::add);
		assertThat(words(GROUPING.matcher(rest).replaceAll(" "))).as("Words of '%s'", text).isSubsetOf(WORDS);
		assertThat(selectors).as(text).isNotEmpty();
		return new PromQl(text, selectors, groupings);
	}

	private static Stream<String> words(String text) {
		return WORD.matcher(text).results().map((found) -> found.group());
	}

	/**
	 * Make sure that there is all that is asked for, and labels to name it by.
	 * @param scrape what is there
	 * @param legends labels that are shown
	 */
	void check(Scrape scrape, Set<String> legends) {
		List<Sample> all = new ArrayList<>();
		for (Selector selector : this.selectors) {
			List<Sample> found = selector.find(scrape);
			assertThat(found).as("What '%s' finds for '%s'", selector, this.text).isNotEmpty();
			all.addAll(found);
		}
		Set<String> labels = new TreeSet<>(TARGET);
		all.forEach((sample) -> labels.addAll(sample.labels().keySet()));
		assertThat(labels).as(this.text).containsAll(this.groupings).containsAll(legends);
		// What is grouped away cannot be shown.
		if (!this.groupings.isEmpty()) {
			assertThat(this.groupings).as(this.text).containsAll(legends);
		}
	}

	/**
	 * One metric.
	 *
	 * @param metric its name
	 * @param matchers conditions
	 */
	record Selector(String metric, List<LabelMatcher> matchers) {

		List<Sample> find(Scrape scrape) {
			return scrape.named(this.metric)
				.filter((sample) -> this.matchers.stream().allMatch((matcher) -> matcher.matches(sample)))
				.toList();
		}

	}

	/**
	 * A condition.
	 *
	 * @param label the label, which a sample has to have
	 * @param operator the operator
	 * @param value the value or expression
	 */
	record LabelMatcher(String label, String operator, String value) {

		boolean matches(Sample sample) {
			String actual = sample.labels().get(this.label);
			if (TARGET.contains(this.label)) {
				return true;
			}
			return actual != null && switch (this.operator) {
				case "=" -> actual.equals(this.value);
				case "!=" -> !actual.equals(this.value);
				case "=~" -> actual.matches(this.value);
				default -> !actual.matches(this.value);
			};
		}

	}

}
