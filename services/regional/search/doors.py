"""How a GraphQL document comes in: by POST, known beforehand, small, flat, and by somebody with a token.

Outside development a caller names a published document of `schemas/graphql/regional` by its SHA-256; anything else
is never even parsed. What is parsed is bounded before it is looked at: bytes, tokens, depth, aliases, fields at the
root; there is no introspection, no mutation and no subscription. Every refusal is a problem type of ours.
"""

import functools
import hashlib
import json
from typing import Any

from django.conf import settings
from graphene.validation import DisableIntrospection, depth_limit_validator
from graphql import (
    ASTValidationRule,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    Source,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from graphql.language import DocumentNode, FieldNode, FragmentDefinitionNode
from rest_framework.request import Request
from rest_framework.response import Response

from federation import problems
from federation.contracts import schemas
from federation.errors import DomainError, Kind
from federation.rest import views
from regional.search import graph

DOCUMENTS = schemas.FOLDER / "graphql" / "regional"
LONGEST_DOCUMENT = 4_096
LONGEST_VARIABLES = 4_096
MOST_TOKENS = 300
DEEPEST = 5
MOST_ALIASES = 5
MOST_FRAGMENTS = 5


class DocumentUnknown(DomainError):
    """No published document has this hash."""

    kind = Kind.INVALID


class DocumentRefused(DomainError):
    """This document is not taken."""

    kind = Kind.INVALID


class Graph(views.View):
    """The one address of GraphQL."""

    http_method_names = ("post",)

    def post(self, request: Request) -> Response:
        """Answer one document with its variables."""
        asked = request.data if isinstance(request.data, dict) else {}
        document = _document(asked)
        # no resolver is awaited: so that is not asked of every field of every row
        result = execute_sync(
            graph.SCHEMA.graphql_schema, document, context_value=self, variable_values=_variables(asked)
        )
        return _answer(result)


def _document(asked: dict[str, Any]) -> DocumentNode:
    """Return the document that a caller names, checked. Raises DocumentUnknown, DocumentRefused."""
    if not set(asked) <= {"hash", "variables", "query"} or len({"hash", "query"} & set(asked)) != 1:
        raise DocumentRefused("A call has `hash` and `variables`.", reason="unknownInput")
    if "hash" in asked:
        document = _published().get(str(asked["hash"]))
        if document is None:
            raise DocumentUnknown(field="hash")
        return document
    if not settings.GRAPHQL_TAKES_ANY_DOCUMENT:
        raise DocumentUnknown("Name a published document by its hash.", field="query")
    return checked(str(asked["query"]))


@functools.cache
def _published() -> dict[str, DocumentNode]:
    """Return the published documents, checked once, by the SHA-256 of their file."""
    texts = [path.read_bytes() for path in sorted(DOCUMENTS.glob("*.graphql"))]
    return {hashlib.sha256(text).hexdigest(): checked(text.decode()) for text in texts}


def _variables(asked: dict[str, Any]) -> dict[str, Any]:
    variables = asked.get("variables", {})
    if not isinstance(variables, dict) or len(json.dumps(variables)) > LONGEST_VARIABLES:
        raise DocumentRefused("`variables` is an object of at most 4 KiB.", reason="variables")
    return variables


def checked(text: str) -> DocumentNode:
    """Return a document that may run. Raises DocumentRefused with the reason, and quotes nothing of it."""
    if len(text.encode()) > LONGEST_DOCUMENT:
        raise DocumentRefused("A document has at most 4 KiB.", reason="tooLong")
    try:
        document = parse(Source(text), no_location=False, max_tokens=MOST_TOKENS)
    except (GraphQLError, RecursionError):
        raise DocumentRefused("This is no document, or one of more than 300 words.", reason="syntax") from None
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        raise DocumentRefused("A document has one query, and nothing that changes.", reason="operation")
    if len(fragments) > MOST_FRAGMENTS or len(operations[0].selection_set.selections) != 1:
        raise DocumentRefused("A document asks one thing.", reason="tooWide")
    # The schema's own rules come first: ours walk through fragments, and would not end in one that names itself.
    for rules in (specified_rules, LIMITS):
        errors = validate(graph.SCHEMA.graphql_schema, document, rules=rules, max_errors=1)
        if errors:
            raise DocumentRefused(reason=_reason(errors[0]))
    return document


class FewAliases(ASTValidationRule):
    """Refuses what asks the same thing under many names: each would be a question of its own."""

    def __init__(self, context: Any) -> None:
        """Will count from nothing."""
        super().__init__(context)
        self.aliases = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Count an alias."""
        self.aliases += node.alias is not None
        if self.aliases == MOST_ALIASES + 1:
            self.report_error(GraphQLError("tooManyAliases"))


LIMITS = [depth_limit_validator(max_depth=DEEPEST), DisableIntrospection, FewAliases]


def _reason(error: GraphQLError) -> str:
    """Return the reason of a refusal as a code; the words of the library quote the document."""
    if error.message == "tooManyAliases":
        return "tooManyAliases"
    if "exceeds maximum operation depth" in error.message:
        return "tooDeep"
    if "introspection" in error.message:
        return "introspection"
    return "notInTheSchema"


def _answer(result: ExecutionResult) -> Response:
    """Return data, or the refusal as a problem in the form of GraphQL; what nobody foresaw goes on to the handler."""
    if not result.errors:
        return Response({"data": result.data})
    error = result.errors[0]
    refusal = error.original_error
    if error.path is None:
        # nothing has run: a variable is not of its type, and the library's words quote it
        refusal = DocumentRefused("A variable is not of the type that the document names.", reason="variables")
    if not isinstance(refusal, DomainError):
        raise refusal or error
    body, headers = problems.of(refusal, "graphql")
    told = {"message": body["title"], "path": error.path or [], "extensions": body}
    return Response({"data": None, "errors": [told]}, status=body["status"], headers=headers)
