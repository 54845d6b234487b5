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

// The application starts, serves HTTPS and says in one line what becomes of kernel TLS: here, and
// on an operating system for which there are no natives. (That of Macs and Windows cannot be feigned:
// the JDK then looks for classes that it has only there.)
def java = new File(System.getProperty('java.home'), 'bin/java').path
def run = { File log, List<String> command ->
	new ProcessBuilder(command).directory(basedir).redirectErrorStream(true).redirectOutput(log).start()
}
assert run(new File(basedir, 'keytool.log'), [ new File(System.getProperty('java.home'), 'bin/keytool').path,
	'-genkeypair', '-keyalg', 'EC', '-dname', 'CN=localhost', '-ext', 'san=dns:localhost', '-storetype', 'PKCS12',
	'-keystore', 'target/keys.p12', '-storepass', 'changeit' ]).waitFor() == 0
def trustAll = javax.net.ssl.SSLContext.getInstance('TLS')
trustAll.init(null, [ [ checkClientTrusted: { chain, type -> }, checkServerTrusted: { chain, type -> },
	getAcceptedIssuers: { new java.security.cert.X509Certificate[0] } ] as javax.net.ssl.X509TrustManager ]
	as javax.net.ssl.TrustManager[], null)
def answer = { List<String> options ->
	def log = new File(basedir, "application${options.join('').replaceAll(/\W/, '-')}.log")
	def process = run(log, [ java ] + options + [ '-jar', 'target/app.jar', '--server.port=0',
		'--server.ssl.key-store=target/keys.p12', '--server.ssl.key-store-password=changeit',
		'--server.ssl.ktls.enabled=true' ])
	try {
		def port = null
		while (port == null) {
			assert process.alive : log.text
			process.waitFor(100, java.util.concurrent.TimeUnit.MILLISECONDS)
			port = (log.text =~ /Netty started on port (\d+) \(https\)[\s\S]*Started Application/).with { m -> m.find() ? m.group(1) : null }
		}
		def connection = new URL("https://localhost:$port/hello").openConnection()
		connection.SSLSocketFactory = trustAll.socketFactory
		connection.hostnameVerifier = { host, session -> true }
		assert connection.inputStream.text == 'Hello'
		def lines = log.readLines().findAll { it.contains('Kernel TLS') }
		assert lines.size() == 1
		return lines.first()
	}
	finally {
		process.destroy()
		process.waitFor()
	}
}
assert answer([]) =~ /Kernel TLS is (used for sending|not used: [A-Z_]+)/
assert answer([ '-Dos.name=FreeBSD' ]).contains('Kernel TLS is not used: NOT_LINUX (FreeBSD)')
