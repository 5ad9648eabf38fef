"""Flask extensions, made once and bound in ``create_app``."""

from flask_babel import Babel
from flask_limiter import Limiter
from flask_migrate import Migrate
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_wtf.csrf import CSRFProtect

from sercom.core.address import client_address
from sercom.core.base import db
from sercom.models import Passkey, Role, User
from sercom.signin import parts

babel = Babel()
csrf = CSRFProtect()
#: Bursts, counted by address in each process; what must hold is counted in the database.
limiter = Limiter(client_address)
migrate = Migrate(render_as_batch=True)
users = SQLAlchemyUserDatastore(db, User, Role, Passkey)
security = Security(**parts.OURS)

__all__ = ["babel", "csrf", "db", "limiter", "migrate", "security", "users"]
