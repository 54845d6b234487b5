// What the starter brings for tcnative and epoll: Linux on x86-64 and aarch64, and nothing else.
def libraries = new java.util.jar.JarFile(new File(basedir, 'target/app.jar')).withCloseable { jar ->
	jar.entries().collect { it.name }.findAll { it.startsWith('BOOT-INF/lib/') && it.endsWith('.jar') }
		.collect { it - 'BOOT-INF/lib/' - ~/\.jar$/ }
}
def natives = libraries.findAll { it =~ /^netty-(tcnative-boringssl-static|transport-native-epoll)-/ }
	.collect { it.replaceFirst(/-\d[\w.]*?\.Final/, '') }
assert natives.toSorted() == [
	'netty-tcnative-boringssl-static-linux-aarch_64', 'netty-tcnative-boringssl-static-linux-x86_64',
	'netty-transport-native-epoll-linux-aarch_64', 'netty-transport-native-epoll-linux-x86_64' ]
['jna', 'ktls-spring-boot-autoconfigure', 'netty-tcnative-classes', 'spring-webflux'].each { name ->
	assert libraries.any { it =~ "^$name-\\d" } : "$name is missing in $libraries"
}
// A starter without Boot's servlet stack, test libraries or our optional dependencies.
assert libraries.every { !(it =~ /^(tomcat|spring-webmvc|junit|mockito|archunit|bc|micrometer-core|spring-boot-actuator)/) }
