"""Django REST framework over a table of items, paginated as it ships: numbered pages, and offsets, both capped."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings

database, port = sys.argv[1], int(sys.argv[2])

settings.configure(
    SECRET_KEY="for-tests-only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import pagination, routers, serializers, viewsets  # noqa: E402


class Item(models.Model):
    id = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label = "shop"


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "name"]


class Pages(pagination.PageNumberPagination):
    page_size = 10
    page_size_query_param = "page_size"
    max_page_size = 50


class Offsets(pagination.LimitOffsetPagination):
    default_limit = 10
    max_limit = 50


def view(paginator):
    class Items(viewsets.ModelViewSet):
        queryset = Item.objects.order_by("id")
        serializer_class = ItemSerializer
        pagination_class = paginator

    return Items


router = routers.SimpleRouter()
router.register("pages", view(Pages), basename="pages")
router.register("offsets", view(Offsets), basename="offsets")
urlpatterns = [path("", include(router.urls))]

with connection.schema_editor() as editor:
    editor.create_model(Item)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet).serve_forever()
