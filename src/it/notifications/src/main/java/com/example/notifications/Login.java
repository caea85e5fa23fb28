package com.example.notifications;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.Map;

/** The security of this application: a user for each token. Yours may be a login page, a gateway or the server's. */
final class Login implements ContainerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final Map<String, String> usersByToken;

    Login(Map<String, String> usersByToken) {
        this.usersByToken = usersByToken;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        String header = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        String user = header == null || !header.startsWith(SCHEME)
                ? null
                : usersByToken.get(header.substring(SCHEME.length()));
        if (user == null) {
            request.abortWith(Response.status(Response.Status.UNAUTHORIZED)
                    .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                    .build());
        } else {
            request.setSecurityContext(new User(user, request.getSecurityContext().isSecure()));
        }
    }

    private record User(String name, boolean isSecure) implements SecurityContext {
        @Override
        public Principal getUserPrincipal() {
            return () -> name;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }

        @Override
        public String getAuthenticationScheme() {
            return "Bearer";
        }
    }
}
