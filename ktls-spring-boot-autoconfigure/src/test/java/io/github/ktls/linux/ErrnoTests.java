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

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Errno}.
 */
class ErrnoTests {

	@ParameterizedTest
	@MethodSource("constants")
	void everyConstantHasItsName(Field constant) throws Exception {
		assertThat(Errno.nameOf(constant.getInt(null))).isEqualTo(constant.getName());
	}

	static Stream<Field> constants() {
		return Arrays.stream(Errno.class.getDeclaredFields())
			.filter((field) -> Modifier.isPublic(field.getModifiers()));
	}

	@ParameterizedTest
	@CsvSource({ "1, EPERM", "2, ENOENT", "5, EIO", "9, EBADF", "11, EAGAIN", "12, ENOMEM", "16, EBUSY", "17, EEXIST",
			"22, EINVAL", "32, EPIPE", "74, EBADMSG", "90, EMSGSIZE", "92, ENOPROTOOPT", "95, EOPNOTSUPP", "19, ENODEV",
			"97, EAFNOSUPPORT", "104, ECONNRESET", "107, ENOTCONN", "116, ESTALE", "127, EKEYEXPIRED" })
	void valuesAreThoseOfTheKernel(int errno, String name) {
		assertThat(Errno.nameOf(errno)).isEqualTo(name);
	}

	@Test
	void whenNumberIsUnknownThenItIsShown() {
		assertThat(Errno.nameOf(133)).isEqualTo("errno 133");
	}

}
