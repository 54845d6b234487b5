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

package io.github.ktls.reasons;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.springframework.beans.factory.config.BeanPostProcessor;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.test.RunningApplication;

/**
 * What makes an application keep connections in user space for one reason: how it is
 * started, and what is done to it then.
 */
final class Provocation {

	private final List<String> properties = new ArrayList<>(List.of("server.ssl.ktls.enabled=true"));

	private final List<String> jvmOptions = new ArrayList<>();

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors();

	private Supplier<KernelTls> probe = () -> KernelTls.probe(this.kernel);

	private UnaryOperator<HttpServer> customizer = (server) -> server;

	private Action action = (application) -> {
	};

	private BeanPostProcessor processor = new BeanPostProcessor() {
	};

	/**
	 * Have the application run in a process of its own.
	 * @param options what the JVM is told
	 * @return this provocation
	 */
	Provocation inProcessWith(String... options) {
		this.jvmOptions.addAll(Arrays.asList(options));
		return this;
	}

	Provocation with(String... more) {
		this.properties.addAll(Arrays.asList(more));
		return this;
	}

	/**
	 * Have the kernel seem to be another one.
	 * @param replaced is asked for it when the application starts
	 * @return this provocation
	 */
	Provocation probing(Supplier<KernelTls> replaced) {
		this.probe = replaced;
		return this;
	}

	Provocation customized(UnaryOperator<HttpServer> changed) {
		this.customizer = changed;
		return this;
	}

	Provocation processed(BeanPostProcessor changing) {
		this.processor = changing;
		return this;
	}

	Provocation then(Action next) {
		this.action = next;
		return this;
	}

	FakeKernel kernel() {
		return this.kernel;
	}

	List<String> properties() {
		return this.properties;
	}

	List<String> jvmOptions() {
		return this.jvmOptions;
	}

	KernelTls probe() {
		return this.probe.get();
	}

	HttpServer customize(HttpServer server) {
		return this.customizer.apply(server);
	}

	BeanPostProcessor processor() {
		return this.processor;
	}

	void act(RunningApplication application) throws IOException {
		this.action.on(application);
	}

	/**
	 * What a client does.
	 */
	interface Action {

		/**
		 * Do it.
		 * @param application the application
		 * @throws IOException if a connection fails that should not
		 */
		void on(RunningApplication application) throws IOException;

	}

}
