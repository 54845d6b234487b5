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

package io.github.ktls.sample;

import java.nio.file.Path;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} of the sample.
 *
 * @param files directory to serve; made, with files of several sizes, if it does not
 * exist
 * @param largestFile size above which no file is made
 * @param certificateDirectory directory of the self-signed certificate; made, with a new
 * certificate, if it does not exist
 * @param certificateKeyAlgorithm algorithm of a new certificate's key
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("sample-data/files") Path files, @DefaultValue("100MB") DataSize largestFile,
		@DefaultValue("sample-data/certificate") Path certificateDirectory,
		@DefaultValue("EC") KeyAlgorithm certificateKeyAlgorithm) {

	/**
	 * A certificate's key algorithm.
	 */
	enum KeyAlgorithm {

		/** ECDSA with P-256. */
		EC,

		/** RSA with 2048 bits. */
		RSA

	}

}
