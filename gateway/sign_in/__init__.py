"""Sign-in of browsers: the session in a sealed cookie, passwords, the OpenID provider."""
