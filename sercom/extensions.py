"""Flask extensions, made once and bound in ``create_app``."""

from flask_babel import Babel
from flask_migrate import Migrate
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_wtf.csrf import CSRFProtect

from sercom.core.base import db
from sercom.models import Role, User

babel = Babel()
csrf = CSRFProtect()
migrate = Migrate(render_as_batch=True)
users = SQLAlchemyUserDatastore(db, User, Role)
security = Security()

__all__ = ["babel", "csrf", "db", "migrate", "security", "users"]
