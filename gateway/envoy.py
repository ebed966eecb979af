"""Small pieces of Envoy's configuration, each with the reason for what it sets."""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gateway import rules

Json = dict[str, Any]

HTTPS = 443

_EXTENSION = "type.googleapis.com/envoy.extensions."

# A request that never left the door may be tried again, whatever its method: a web process that
# was just restarted left dead connections behind.
UNSENT_AGAIN: Json = {"retry_on": "connect-failure,reset-before-request", "num_retries": 2}


def typed(name: str, kind: str, **fields: object) -> Json:
    """Return an extension called `name` whose configuration is of the type `kind`."""
    return {"name": name, "typed_config": {"@type": _EXTENSION + kind, **fields}}


def http_filter(name: str, kind: str, **fields: object) -> Json:
    """Return an HTTP filter."""
    return typed(f"envoy.filters.http.{name}", f"filters.http.{name}.v3.{kind}", **fields)


def pipe(path: str, *, mode: int | None = None) -> Json:
    """Return the address of a unix socket."""
    return {"pipe": {"path": path} | ({} if mode is None else {"mode": mode})}


def loopback(port: int) -> Json:
    """Return an address that only this machine reaches."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(name: str, address: Json, *, limit: int) -> Json:
    """Return an upstream with one endpoint; more than `limit` requests at once are refused, not queued."""
    threshold = {"max_connections": limit, "max_pending_requests": limit, "max_requests": limit}
    endpoint = {"lb_endpoints": [{"endpoint": {"address": address}}]}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        "circuit_breakers": {"thresholds": [threshold]},
        "load_assignment": {"cluster_name": name, "endpoints": [endpoint]},
    }


def listener(address: str, port: int, chains: list[Json]) -> Json:
    """Return the one listener; a name in the handshake that no chain has ends the connection."""
    return {
        "name": "door",
        "address": {"socket_address": {"address": address, "port_value": port}},
        "per_connection_buffer_limit_bytes": 65536,
        "listener_filters": [
            typed("envoy.filters.listener.tls_inspector", "filters.listener.tls_inspector.v3.TlsInspector")
        ],
        # A caller who connects and says nothing is sent away.
        "listener_filters_timeout": "5s",
        "filter_chains": chains,
    }


def overload(connections: int) -> Json:
    """Return the ceiling of open connections of the whole door."""
    return {
        "resource_monitors": [
            typed(
                "envoy.resource_monitors.global_downstream_max_connections",
                "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                max_active_downstream_connections=connections,
            )
        ]
    }


def filter_chain(host: str, pem_file: str, tls_minimum: str, manager: Json) -> Json:
    """Return the chain for handshakes that name `host`, with its own certificate.

    A certificate a host, not one for all: a browser that sees one certificate for two towns may
    send requests of both over one connection. Sessions are not resumed for the same reason.
    """
    common = {
        "tls_params": {"tls_minimum_protocol_version": tls_minimum},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificates": [{"certificate_chain": {"filename": pem_file}, "private_key": {"filename": pem_file}}],
    }
    return {
        "name": host,
        "filter_chain_match": {"server_names": [host]},
        "transport_socket_connect_timeout": "10s",
        "transport_socket": typed(
            "envoy.transport_sockets.tls",
            "transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context=common,
            disable_stateless_session_resumption=True,
            disable_stateful_session_resumption=True,
        ),
        "filters": [
            typed(
                "envoy.filters.network.http_connection_manager",
                "filters.network.http_connection_manager.v3.HttpConnectionManager",
                **manager,
            )
        ],
    }


def strictness(limits: rules.Connections) -> Json:
    """Return what makes the door and the service behind it read the same request.

    Everything that two parsers could understand differently is refused or brought to one form:
    escaped slashes, dot segments, header names with underscores, several ways to state a length.
    """
    return {
        "codec_type": "AUTO",
        "http_protocol_options": {"allow_chunked_length": False, "enable_trailers": False},
        "http2_protocol_options": {"max_concurrent_streams": limits.streams, "allow_connect": False},
        "common_http_protocol_options": {
            "headers_with_underscores_action": "REJECT_REQUEST",
            "idle_timeout": f"{limits.idle_seconds}s",
            "max_headers_count": limits.header_count,
        },
        "max_request_headers_kb": limits.header_kilobytes,
        "request_timeout": f"{limits.request_seconds}s",
        "request_headers_timeout": f"{limits.header_seconds}s",
        "stream_idle_timeout": f"{limits.idle_seconds}s",
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        # This is the outermost door: the caller's address is the connection's, and nobody is internal.
        # Envoy takes an empty list of internal addresses for its own; this one holds no real address.
        "use_remote_address": True,
        "internal_address_config": {"cidr_ranges": [{"address_prefix": "255.255.255.255", "prefix_len": 32}]},
        "forward_client_cert_details": "SANITIZE",
        "server_header_transformation": "PASS_THROUGH",
    }


def removal(headers: Sequence[str]) -> Json:
    """Return the step that takes forged headers away before anything else looks at the request."""
    return typed(
        "envoy.http.early_header_mutation.header_mutation",
        "http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[{"remove": header} for header in headers],
    )


def rate_limit(name: str, bucket: rules.Bucket, *, by_address: bool = False) -> Json:
    """Return a token bucket, for each caller's address or for all callers of the host together."""
    tokens = {
        "max_tokens": bucket.burst,
        "tokens_per_fill": bucket.refill,
        "fill_interval": f"{bucket.every_seconds}s",
    }
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    fields: Json = {"stat_prefix": name, "token_bucket": tokens, "filter_enabled": always, "filter_enforced": always}
    if by_address:
        # Envoy wants a bucket for what has no descriptor. Every request has one here, so it is never asked.
        fields["always_consume_default_token_bucket"] = False
        fields["descriptors"] = [{"entries": [{"key": "remote_address"}], "token_bucket": tokens}]
        fields["rate_limits"] = [{"actions": [{"remote_address": {}}]}]
        fields["max_dynamic_descriptors"] = 10000
    return http_filter("local_ratelimit", "LocalRateLimit", **fields) | {"name": f"envoy.local_ratelimit.{name}"}


def only_methods(methods: Sequence[str]) -> Json:
    """Return the filter that refuses every other method before anything waits for a body.

    CONNECT above all: it has no path, so no rule by path sees it, and its body never ends.
    """
    other = {"not_rule": {"header": method_in(methods)}}
    policy = {"permissions": [other], "principals": [{"any": True}]}
    return http_filter("rbac", "RBAC", rules={"action": "DENY", "policies": {"method": policy}})


def body_limit(largest: int) -> Json:
    """Return the filter that holds the whole body back and refuses one that is larger than `largest`."""
    return http_filter("buffer", "Buffer", max_request_bytes=largest)


def router() -> Json:
    """Return the last filter: hand the request to its upstream, without Envoy's own headers."""
    return http_filter("router", "Router", suppress_envoy_headers=True)


def method_in(methods: Sequence[str]) -> Json:
    """Return the condition that the request's method is one of `methods`."""
    return {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(methods)}}}


def answer(status: int, *, name: str, match: Json) -> Json:
    """Return a route that the door answers itself."""
    return {"name": name, "match": match, "direct_response": {"status": status}}


def refusals(row: rules.Refusal) -> list[Json]:
    """Return how an answer of the door itself is worded: a page for a browser, else problem+json like the services'."""
    conditions: list[Json] = [
        {
            "status_code_filter": {
                "comparison": {
                    "op": "EQ",
                    "value": {"default_value": row.status, "runtime_key": f"door.refusal.{row.status}"},
                }
            }
        }
    ]
    if row.details:
        conditions.append(
            {
                "extension_filter": typed(
                    "envoy.access_loggers.extension_filters.cel",
                    "access_loggers.filters.cel.v3.ExpressionFilter",
                    expression=f"response.code_details.startsWith({json.dumps(row.details)})",
                )
            }
        )
    body = {"type": f"urn:problem-type:belgif:{row.type}", "title": row.title, "status": row.answer}
    problem = {"json_format": body, "content_type": "application/problem+json"}
    found = [_worded(row, conditions, problem)]
    if row.page:
        page = {
            "text_format_source": {"inline_string": _page(row.page)},
            "content_type": "text/html; charset=utf-8",
        }
        found.insert(0, _worded(row, [*conditions, BROWSER], page))
    return found


BROWSER: Json = {"header_filter": {"header": {"name": "accept", "string_match": {"contains": "text/html"}}}}
"""Only browsers ask for pages; programs ask for JSON, or for anything."""


def _worded(row: rules.Refusal, conditions: list[Json], body: Json) -> Json:
    condition = {"and_filter": {"filters": conditions}} if len(conditions) > 1 else conditions[0]
    return {"filter": condition, "status_code": row.answer, "body_format_override": body}


def _page(words: Mapping[str, str]) -> str:
    """Return a page of a few lines that needs nothing else; Envoy takes `%` for an order of its own."""
    lines = "".join(f'<p lang="{language}">{html.escape(text)}</p>' for language, text in words.items())
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Zenne</title>'
    )
    return f'<!doctype html><html lang="nl"><head>{head}</head><body><h1>Zenne</h1>{lines}</body></html>'.replace(
        "%", "%%"
    )


def access_log(path: str, *, host: str) -> Json:
    """Return the log of requests: what was asked of whom and how it ended, nothing about a person.

    No path, query or header of the caller's stands in it: any of them could hold a name. Nor does
    the caller's address. The request's id, which the door made, leads to the service's own log.
    """
    line = {
        "at": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "host": host,
        "route": "%ROUTE_NAME%",
        "method": "%REQ(:METHOD)%",
        "protocol": "%PROTOCOL%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "flags": "%RESPONSE_FLAGS%",
        "received": "%BYTES_RECEIVED%",
        "sent": "%BYTES_SENT%",
        "milliseconds": "%DURATION%",
        "requestId": "%REQ(X-REQUEST-ID)%",
    }
    return typed(
        "envoy.access_loggers.file",
        "access_loggers.file.v3.FileAccessLog",
        path=path,
        log_format={"json_format": line},
    )
