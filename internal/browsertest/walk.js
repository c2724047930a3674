// A walk by the Tab key: begin, then step after each press, and end.
(() => {
	const modal = [...document.querySelectorAll("dialog:modal, [role=dialog][aria-modal=true], [role=alertdialog][aria-modal=true]")]
		.filter(d => d.checkVisibility()).at(-1);
	const part = modal ?? document.body;
	const where = e => e.outerHTML.slice(0, e.outerHTML.indexOf(">") + 1).slice(0, 120) + e.textContent.trim().slice(0, 40);
	const isInFlow = e => {
		for (let at = e; at; at = at.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return false;
		return true;
	};
	const isUsable = e => e.tabIndex >= 0 && !e.matches(":disabled") && !e.closest("[inert]") && e.checkVisibility({visibilityProperty: true}) &&
		e.getClientRects().length > 0;
	// Of radio buttons with one name Tab reaches the one that is checked, or any if none is.
	const isOfGroup = e => e.type === "radio" && e.name && [...part.querySelectorAll("input[type=radio]")].some(other =>
		other !== e && other.name === e.name && other.form === e.form && (other.checked || !e.checked));
	// What a focus may change: on the element, or on what is drawn for it when it is itself clipped away, or a part of a picture.
	const drawn = e => [e, ...e.labels ?? [], e.nextElementSibling, e.parentElement, e instanceof SVGElement && e.firstElementChild].filter(x => x);
	const look = e => drawn(e).map(x => {
		const s = getComputedStyle(x);
		const isOutlined = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 && !/, 0\)$|\/ 0\)$/.test(s.outlineColor);
		return [isOutlined && [s.outlineStyle, s.outlineWidth, s.outlineColor], s.boxShadow, s.border, s.backgroundColor, s.textDecorationLine, s.stroke, s.strokeWidth].join();
	}).join(";");
	const settle = e => drawn(e).forEach(x => {
		getComputedStyle(x).outlineColor;
		for (const a of x.getAnimations()) if (a instanceof CSSTransition) a.finish();
	});
	const before = new Map(), usable = new Set(), reached = [], found = [];
	const fault = (e, why) => found.push({rule: "focus", where: where(e), why});
	const box = e => {
		const b = e.getBoundingClientRect();
		return {left: b.left + scrollX, right: b.right + scrollX, top: b.top + scrollY, bottom: b.bottom + scrollY};
	};
	const follows = (a, b) => {
		if (!a.e.isConnected || !b.e.isConnected) return;
		if (a.e.compareDocumentPosition(b.e) & Node.DOCUMENT_POSITION_PRECEDING) return fault(b.e, "Tab reaches it after what stands behind it: " + where(a.e));
		if (!a.isInFlow || !b.isInFlow) return;
		const isAbove = b.box.bottom <= a.box.top + 1 && b.box.left < a.box.right;
		const isBefore = b.box.top < a.box.bottom && a.box.top < b.box.bottom && b.box.right <= a.box.left + 1;
		if (isAbove || isBefore) fault(b.e, "Tab reaches it after what the eye sees behind it: " + where(a.e));
	};
	return {
		at: null,
		begin() {
			document.activeElement?.blur();
			const had = document.body.getAttribute("tabindex");
			document.body.tabIndex = -1; // the next Tab starts where the focus was last: at the top
			document.body.focus({preventScroll: true});
			if (had === null) document.body.removeAttribute("tabindex"); else document.body.setAttribute("tabindex", had);
			document.body.blur();
			for (const e of part.querySelectorAll("*")) if (isUsable(e)) usable.add(e);
			for (const e of part.querySelectorAll("*")) if (e.tabIndex >= 0 || e.scrollHeight > e.clientHeight) before.set(e, look(e));
			if (modal) [...part.querySelectorAll("*")].find(isUsable)?.focus();
			return Boolean(modal);
		},
		// step says what the press led to: "out" of the page, to something "new", or "again" to what it has seen.
		step() {
			const e = document.activeElement;
			this.at = e;
			if (!e || e === document.body || e === document.documentElement || !document.hasFocus()) return "out";
			if (reached.some(r => r.e === e)) return "again";
			const now = {e, box: box(e), isInFlow: isInFlow(e)};
			if (reached.length > 0) follows(reached.at(-1), now);
			reached.push(now);
			settle(e);
			if (before.has(e) && before.get(e) === look(e)) fault(e, "nothing shows that it has the focus");
			return "new";
		},
		// A browser without a frame of its own may go from the last straight to the first: what was left out is told at the end.
		trap() { if (this.at !== reached[0].e) fault(this.at, "Tab comes back to it without having left the page: a trap"); },
		// What came while Tab had passed by already is no fault of the page's: changed says that the walk has to be made again.
		end() {
			let changed = false;
			for (const e of part.querySelectorAll("*")) {
				if (!isUsable(e)) continue;
				if (e.tabIndex > 0) fault(e, "its tabindex is above 0: Tab reaches it before all that stands before it");
				else if (!isOfGroup(e) && !reached.some(r => r.e === e)) {
					fault(e, "Tab never reaches it");
					changed ||= !usable.has(e);
				}
			}
			return {found, changed};
		},
	};
})()
