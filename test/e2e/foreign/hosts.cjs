// Stands in for the hosts file: names of the lab lead to the lab's addresses.
// Loaded with `node --require`; LAB_HOSTS is {"name": "address", …} and
// LAB_CONNECT {"name:443": "address:port", …} for a lab without port 443.
'use strict';
const dns = require('node:dns');
const net = require('node:net');

const hosts = JSON.parse(process.env.LAB_HOSTS || '{}') || {};
const connect = JSON.parse(process.env.LAB_CONNECT || '{}') || {};

const lookup = dns.lookup;
dns.lookup = function (name, options, callback) {
  if (typeof options === 'function') {
    callback = options;
    options = {};
  }
  const address = hosts[String(name).toLowerCase()];
  if (!address) return lookup.call(dns, name, options, callback);
  const all = typeof options === 'object' && options !== null && options.all;
  process.nextTick(() => (all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)));
};

const open = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (options && typeof options === 'object' && options.host) {
    const other = connect[`${options.host}:${options.port}`.toLowerCase()];
    if (other) {
      const at = other.lastIndexOf(':');
      options.host = other.slice(0, at);
      options.port = Number(other.slice(at + 1));
    }
  }
  return open.apply(this, args);
};
