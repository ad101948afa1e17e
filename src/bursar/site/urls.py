"""Addresses of the API, the pages and the desk."""

from django.urls import URLPattern, URLResolver, include, path

from bursar.api.app import api, unknown_address
from bursar.ui.gallery import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    # After the API: whatever it does not know below /api/ is answered with a problem, and not with a page.
    path("api/<path:rest>", unknown_address),
    path("look", gallery, name="gallery"),
    path("", include("bursar.center.urls")),
    path("", include("bursar.desk.urls")),
]
handler403 = "bursar.center.entrance.not_found"
handler404 = "bursar.center.entrance.not_found"
handler429 = "bursar.center.entrance.too_many"
handler500 = "bursar.site.request_log.server_error"
