// Programs of others listen on every interface; in our tests they may on loopback only: node --require ./loopback.cjs …
const net = require("node:net");

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...given) {
  const port = typeof given[0] === "object" && given[0] !== null ? given[0].port : given[0];
  const then = given.find((one) => typeof one === "function");
  return listen.call(this, { port: Number(port ?? 0), host: "127.0.0.1" }, ...(then ? [then] : []));
};
