"""Django's views, and Django REST framework's, by their qualified names."""

from __future__ import annotations

_VIEWS = "django.views"
CACHE_PAGE = f"{_VIEWS}.decorators.cache.cache_page"
NEVER_CACHE = f"{_VIEWS}.decorators.cache.never_cache"
CACHE_CONTROL = f"{_VIEWS}.decorators.cache.cache_control"
VARY_ON_COOKIE = f"{_VIEWS}.decorators.vary.vary_on_cookie"
VARY_ON_HEADERS = f"{_VIEWS}.decorators.vary.vary_on_headers"
METHOD_DECORATOR = "django.utils.decorators.method_decorator"
REQUIRE_POST = f"{_VIEWS}.decorators.http.require_POST"
REQUIRE_METHODS = f"{_VIEWS}.decorators.http.require_http_methods"

#: With one of these inside of the cache nothing is stored that has a token.
CSRF_DECORATORS = frozenset(
    f"{_VIEWS}.decorators.csrf.{name}"
    for name in ("csrf_exempt", "csrf_protect", "ensure_csrf_cookie", "requires_csrf_token")
)

LOGIN_DECORATORS = frozenset({
    "django.contrib.auth.decorators.login_required",
    "django.contrib.auth.decorators.permission_required",
    "django.contrib.auth.decorators.user_passes_test",
    "django.contrib.admin.views.decorators.staff_member_required",
    "django_otp.decorators.otp_required",
    "allauth.account.decorators.verified_email_required",
    "guardian.decorators.permission_required",
    "guardian.decorators.permission_required_or_403",
    "rules.contrib.views.permission_required",
})  # fmt: skip

#: Modules all of whose mixins check the user in ``dispatch()``.
_MIXIN_MODULES = (
    "django.contrib.auth.mixins.", "braces.views.", "guardian.mixins.", "rules.contrib.views.",
)  # fmt: skip
_MIXIN_ENDS = (
    "LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin",
    "StaffuserRequiredMixin", "SuperuserRequiredMixin", "GroupRequiredMixin",
    "MultiplePermissionsRequiredMixin",
)  # fmt: skip

REST = "rest_framework."
API_VIEW = f"{REST}decorators.api_view"
ACTION = f"{REST}decorators.action"
PERMISSION_CLASSES = f"{REST}decorators.permission_classes"
AUTHENTICATION_CLASSES = f"{REST}decorators.authentication_classes"
#: Permissions that let a visitor read whom nobody knows.
OPEN_PERMISSIONS = frozenset(
    f"{REST}permissions.{name}"
    for name in (
        "AllowAny", "BasePermission", "IsAuthenticatedOrReadOnly",
        "DjangoModelPermissionsOrAnonReadOnly",
    )
)  # fmt: skip
#: Ways to log in by a header alone.
HEADER_AUTHENTICATION = frozenset({
    f"{REST}authentication.BasicAuthentication",
    f"{REST}authentication.TokenAuthentication",
    "knox.auth.TokenAuthentication",
    "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
    "rest_framework_jwt.authentication.JSONWebTokenAuthentication",
    "rest_framework_simplejwt.authentication.JWTAuthentication",
    "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication",
    "rest_framework_simplejwt.authentication.JWTTokenUserAuthentication",
})  # fmt: skip

#: Functions that answer with data of the visitor.
USER_SOURCES = frozenset({
    "crum.get_current_user", "django.contrib.auth.aget_user", "django.contrib.auth.get_user",
    "django.contrib.messages.api.get_messages", "django.contrib.messages.get_messages",
    "django_currentuser.middleware.get_current_user",
    "django_currentuser.middleware.get_current_authenticated_user",
})  # fmt: skip

#: Headers that tell nothing of who somebody is.
NEUTRAL_HEADERS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "host", "hx-request",
    "hx-target", "if-modified-since", "if-none-match", "origin", "referer", "user-agent",
    "x-forwarded-proto", "x-requested-with",
})  # fmt: skip

PLAIN_RESPONSES = frozenset({
    "django.shortcuts.render", "django.http.HttpResponse", "django.http.JsonResponse",
    "django.http.response.HttpResponse", "django.http.response.JsonResponse",
})  # fmt: skip
#: Responses that are never stored: another status than 200.
UNSTORED_RESPONSES = frozenset(
    f"django.http.{module}{name}"
    for module in ("", "response.")
    for name in (
        "FileResponse", "HttpResponseBadRequest", "HttpResponseForbidden", "HttpResponseGone",
        "HttpResponseNotAllowed", "HttpResponseNotFound", "HttpResponseNotModified",
        "HttpResponsePermanentRedirect", "HttpResponseRedirect", "HttpResponseServerError",
        "StreamingHttpResponse",
    )
) | {"django.shortcuts.redirect"}  # fmt: skip
LATE_RESPONSES = frozenset({
    "django.template.response.TemplateResponse", "django.template.response.SimpleTemplateResponse",
    f"{REST}response.Response",
})  # fmt: skip


def is_login_mixin(path: str) -> bool:
    return path.startswith(_MIXIN_MODULES) and path.endswith(_MIXIN_ENDS)


def is_rest_class(path: str) -> bool:
    return path.startswith((f"{REST}views.", f"{REST}viewsets.", f"{REST}generics.",
                            f"{REST}mixins."))  # fmt: skip


def is_rendering_class(path: str) -> bool:
    """A class-based view of Django that answers with a TemplateResponse."""
    if not path.startswith("django.views.generic") and not path.startswith("django.contrib."):
        return False
    name = path.rpartition(".")[2]
    return name.endswith("View") and name not in ("View", "RedirectView")
