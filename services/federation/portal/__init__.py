"""The pages' common ground: how Zenne looks, and what every page does alike.

A page is a `pages.Page`: it knows who is there, makes one call into actions or queries and shows a template that
extends `portal/page.html`. Forms are `forms.Form`. Every page works as plain links and forms; htmx makes some of it
smoother. Colours and sizes are tokens of `zenne.css`, and there is no code within a page, so that the content policy
can forbid all of it. Every level uses this, so that who knows one of them knows the others.
"""
