// Usage: node client.js PORT TLS-VERSION PATH FILE
//
// Gets the path, posts the file to /upload and gets the path again, on one
// connection, and then the same on another one with the session of the first.
// Prints for each response the hash of its body, or the answer to the file, and for
// each connection whether its session was resumed.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const https = require('https');

const [port, version, path, file] = process.argv.slice(2);

function exchange(agent, options, upload) {
  return new Promise((resolve, reject) => {
    const request = https.request({ agent, host: 'localhost', port, ...options }, (response) => {
      const hash = crypto.createHash('sha256');
      let text = '';
      response.on('data', (chunk) => upload ? text += chunk : hash.update(chunk));
      response.on('error', reject);
      response.on('end', () => response.complete
          ? resolve(upload ? text : hash.digest('hex'))
          : reject(new Error('The response is not complete')));
    });
    request.on('error', reject);
    if (upload) {
      fs.createReadStream(upload).pipe(request);
    } else {
      request.end();
    }
  });
}

async function connection(session) {
  const agent = new https.Agent({
    keepAlive: true, maxSockets: 1, maxCachedSessions: 0, session,
    minVersion: version, maxVersion: version, rejectUnauthorized: false
  });
  let latest;
  let sockets = 0;
  const create = agent.createConnection;
  agent.createConnection = (...parameters) => {
    const created = create.apply(agent, parameters);
    created.on('session', (ticket) => { latest = ticket; });
    created.on('secureConnect', () => console.log(created.isSessionReused() ? 'resumed' : 'new'));
    sockets++;
    return created;
  };
  console.log(await exchange(agent, { path }));
  console.log(await exchange(agent, { path: '/upload', method: 'POST' }, file));
  console.log(await exchange(agent, { path }));
  console.log(`${sockets} connection`);
  agent.destroy();
  return latest;
}

connection().then((session) => connection(session)).catch((error) => {
  console.error(error);
  process.exit(1);
});
