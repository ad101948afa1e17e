"""Where each door is."""

from django.urls import URLPattern, URLResolver, include, path

from bursar.api.app import api, nowhere

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("api/<path:rest>", nowhere),
    path("", include("bursar.center.urls")),
]
