package problem

// Failures of starting a node.
const (
	NodeAddressInUse  Code = "node.address-in-use"
	NodeAddressDenied Code = "node.address-denied"
	NodeSocketPath    Code = "node.socket-path"
	NodeSocketFile    Code = "node.socket-file"
	NodeManagementTLS Code = "node.management-tls"
)

func nodeRows() []Entry {
	return []Entry{{
		Code:   NodeAddressInUse,
		Title:  "another program uses the address already",
		Cause:  "A second node, or another server, listens there.",
		Remedy: "Stop the other program (`ss -ltnp` shows which it is), or give this node another address.",
	}, {
		Code:   NodeAddressDenied,
		Title:  "the address may not be bound",
		Cause:  "Ports below 1024 belong to root unless the system allows them to others.",
		Remedy: "Allow it (`setcap cap_net_bind_service=+ep matchseal`, or a lower net.ipv4.ip_unprivileged_port_start), or listen on a higher port behind a load balancer.",
	}, {
		Code:   NodeSocketPath,
		Title:  "the path of the management socket is too long",
		Cause:  "Operating systems allow about 100 characters for the path of a socket file.",
		Remedy: "Set management.socket to a shorter path, or move the data directory.",
	}, {
		Code:   NodeSocketFile,
		Title:  "the path of the management socket is that of another file",
		Cause:  "Something is there that is no socket, and a node removes nothing but sockets that it left behind itself.",
		Remedy: "Set management.socket to a path of its own, or move the file away if nobody needs it.",
	}, {
		Code:   NodeManagementTLS,
		Title:  "the management address has no TLS certificate",
		Cause:  "Operators' passwords are sent to this address, so it speaks TLS only.",
		Remedy: "Set management.tls_cert and management.tls_key, or leave management.listen empty and use the socket file.",
	}}
}
