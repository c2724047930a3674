// A function of the rules that are asked for, which returns what is wrong with the page at this moment: [{rule, where, why}].
(rules => {
	const found = [];
	const modal = [...document.querySelectorAll("dialog:modal, [role=dialog][aria-modal=true], [role=alertdialog][aria-modal=true]")]
		.filter(d => d.checkVisibility()).at(-1);
	const part = modal ?? document.body;
	const fault = (rule, e, why) => found.push({rule, where: where(e), why});
	const where = e => e.outerHTML.slice(0, e.outerHTML.indexOf(">") + 1).slice(0, 120) + e.textContent.trim().slice(0, 40);
	const seen = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true}) && !e.closest("[inert]");
	const every = selector => [...part.querySelectorAll(selector)].filter(seen);
	const labels = e => [...e.labels ?? []];
	// A visually hidden element is there for those who listen: clipped to nothing.
	const isClipped = e => {
		for (let at = e; at && at !== document.documentElement; at = at.parentElement) {
			const style = getComputedStyle(at), box = at.getBoundingClientRect();
			if (style.clipPath.startsWith("inset(50%") || style.clip.startsWith("rect(0px, 0px") || style.clip.startsWith("rect(1px, 1px")) return true;
			if (style.overflow !== "visible" && (box.width <= 1 || box.height <= 1)) return true;
		}
		return false;
	};

	const fields = "input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea";
	const names = () => {
		for (const e of every(fields)) {
			const isLabelled = labels(e).some(l => l.textContent.trim()) || e.ariaLabel?.trim() || e.getAttribute("aria-labelledby") || e.title.trim();
			if (!isLabelled) fault("names", e, "the field has no label; a placeholder is none");
		}
		for (const e of every("label[for]")) if (!document.getElementById(e.htmlFor)) fault("names", e, "the label is for an id that is not there");
		for (const attribute of ["aria-labelledby", "aria-describedby"]) {
			for (const e of every(`[${attribute}]`)) {
				const gone = e.getAttribute(attribute).split(/\s+/).filter(id => id && !document.getElementById(id));
				if (gone.length > 0) fault("names", e, `${attribute} names ${gone.join(" ")}, which is not there`);
			}
		}
		for (const e of every("img:not([alt])")) if (!e.closest("[aria-hidden=true]") && !e.ariaLabel) fault("names", e, "the picture has no alt");
		for (const e of every("svg")) {
			if (e.closest("[aria-hidden=true]") || e.parentElement.closest("svg")) continue;
			const isNamed = e.ariaLabel?.trim() || e.getAttribute("aria-labelledby") || e.querySelector(":scope > title")?.textContent.trim();
			const role = e.querySelector("a[href], [tabindex]") ? "group" : "img"; // what is in an img can't be operated
			if (e.getAttribute("role") !== role || !isNamed) fault("names", e, `the picture is neither hidden (aria-hidden) nor role=${role} with a name`);
		}
		for (const hidden of every("[aria-hidden=true]")) {
			for (const e of [hidden, ...hidden.querySelectorAll("*")]) {
				if (e.tabIndex >= 0 && seen(e)) fault("names", e, "it takes the focus, and is hidden from assistive technology");
			}
		}
		for (const e of every("[onclick]")) {
			if (e.tabIndex < 0 && !e.closest("label, button, a")) fault("names", e, "it can be clicked, and not be reached by the keyboard");
		}
	};

	const structure = () => {
		const root = document.documentElement;
		if (!root.lang.trim()) fault("structure", root, "the document has no lang");
		if (!document.title.trim()) fault("structure", root, "the document has no title");
		const mains = [...document.querySelectorAll("main, [role=main]")].filter(e => e.checkVisibility());
		if (mains.length !== 1) fault("structure", document.body, `${mains.length} main landmarks, not one`);
		const navs = [...document.querySelectorAll("nav, [role=navigation]")].filter(e => e.checkVisibility());
		if (navs.length === 0) fault("structure", document.body, "no nav landmark");
		const level = e => Number(e.getAttribute("aria-level") ?? (e.tagName.match(/^H([1-6])$/)?.[1] ?? 2));
		const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")].filter(e => e.checkVisibility());
		const tops = headings.filter(e => level(e) === 1);
		if (tops.length !== 1) fault("structure", tops[1] ?? document.body, `${tops.length} headings of level 1, not one`);
		for (const [i, e] of headings.entries()) {
			if (!e.textContent.trim()) fault("structure", e, "the heading is empty");
			if (i > 0 && level(e) > level(headings[i - 1]) + 1) {
				fault("structure", e, `a heading of level ${level(e)} follows one of level ${level(headings[i - 1])}`);
			}
		}
		const ids = new Map();
		for (const e of document.querySelectorAll("[id]")) {
			if (ids.has(e.id)) fault("structure", e, `the id ${e.id} is there more than once`);
			ids.set(e.id, e);
		}
		for (const e of every("table:not([role=presentation], [role=none])")) {
			const heads = [...e.querySelectorAll("th, [role=columnheader], [role=rowheader]")];
			if (heads.length === 0) fault("structure", e, "the table has no header cells");
			for (const h of heads) {
				if (h.tagName === "TH" && !h.scope && !h.hasAttribute("role")) fault("structure", h, "the header cell has no scope");
			}
		}
		for (const e of every("ul, ol")) {
			const others = [...e.children].filter(c => !["LI", "SCRIPT", "TEMPLATE"].includes(c.tagName));
			if (others.length > 0 && !e.hasAttribute("role")) fault("structure", others[0], "a list has children that are no items");
		}
	};

	const width = () => {
		const {scrollWidth, clientWidth} = document.documentElement;
		if (scrollWidth <= clientWidth) return;
		const wide = [...document.body.querySelectorAll("*")].filter(e => seen(e) && e.getBoundingClientRect().right + scrollX > clientWidth + 1);
		const inner = wide.filter(e => !wide.some(other => other !== e && e.contains(other)));
		const why = `the document is ${scrollWidth} px wide in a viewport of ${clientWidth}`;
		for (const e of inner.length > 0 ? inner.slice(0, 5) : [document.documentElement]) fault("width", e, why);
	};

	const pressable = "a[href], button, summary, select, input:not([type=hidden]), textarea, [role=button], [role=link], [role=checkbox], [role=switch], " +
		"[role=radio], [role=tab], [role=menuitem], [role=option], [tabindex='0']";
	const targets = () => {
		for (const e of every(pressable)) {
			if (isClipped(e) && labels(e).length === 0) continue; // it shows itself when it has the focus
			const isInText = getComputedStyle(e).display === "inline" && e.matches("a[href], [role=link], button") &&
				[...e.parentElement.childNodes].some(n => n !== e && n.nodeType === Node.TEXT_NODE && n.textContent.trim());
			if (isInText) continue;
			const boxes = [e, ...labels(e)].flatMap(x => [...x.getClientRects()]);
			if (boxes.length === 0) continue;
			const size = (from, to) => Math.max(...boxes.map(b => b[to])) - Math.min(...boxes.map(b => b[from]));
			const [w, h] = [size("left", "right"), size("top", "bottom")];
			if (w < 23.9 || h < 23.9) fault("targets", e, `it is ${w.toFixed(1)} by ${h.toFixed(1)} px; 24 by 24 is the least`);
		}
	};

	// Colours are read from a canvas: it knows every way to write one.
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
	const known = new Map();
	const rgba = colour => {
		if (!known.has(colour)) {
			canvas.clearRect(0, 0, 1, 1);
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
			known.set(colour, [r, g, b, a / 255]);
		}
		return known.get(colour);
	};
	const mix = (over, under, a) => [0, 1, 2].map(i => over[i] * a + under[i] * (1 - a));
	const luminance = c => {
		const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ratio = (a, b) => {
		const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
		return (light + 0.05) / (dark + 0.05);
	};
	// paint returns the colours that reach the eye, [behind, text]: from the outermost element inwards, each with its background and opacity.
	const paint = (chain, backdrop, colour) => {
		if (chain.length === 0) return [backdrop, mix(colour, backdrop, colour[3])];
		const [style, ...inner] = chain;
		const background = rgba(style.backgroundColor);
		const [behind, text] = paint(inner, mix(background, backdrop, background[3]), colour);
		const opacity = Number(style.opacity);
		return [mix(behind, backdrop, opacity), mix(text, backdrop, opacity)];
	};
	const ground = () => {
		const probe = document.createElement("div");
		probe.style.backgroundColor = "Canvas";
		document.documentElement.append(probe);
		const colour = rgba(getComputedStyle(probe).backgroundColor);
		probe.remove();
		return colour;
	};
	const contrast = () => {
		const backdrop = ground(), told = new Set();
		const judge = (e, style, words) => {
			const chain = [];
			for (let at = e; at; at = at.parentElement) {
				chain.unshift(getComputedStyle(at));
				if (at === modal && at.matches(":modal")) break; // the top layer lies over everything
			}
			const colour = rgba(e instanceof SVGElement ? style.fill : style.color);
			const [behind, text] = paint(chain, backdrop, colour);
			const px = parseFloat(style.fontSize);
			const least = px >= 24 || (px >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
			const is = ratio(text, behind);
			const isGradient = chain.some(s => s.backgroundImage.includes("gradient("));
			const show = c => "rgb(" + c.slice(0, 3).map(Math.round).join(" ") + ")";
			const why = isGradient ? "text on a gradient cannot be judged" :
				`contrast ${is.toFixed(2)} of ${show(text)} on ${show(behind)}, ${least} is the least: ${JSON.stringify(words.trim().slice(0, 40))}`;
			if ((is < least || isGradient) && !told.has(e)) {
				told.add(e);
				fault("contrast", e, why);
			}
		};
		const isOff = e => e.closest(":disabled, [aria-disabled=true]") || labels(e).concat(e.closest("label") ?? []).some(l => l.control?.disabled);
		const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const e = texts.currentNode.parentElement;
			if (!texts.currentNode.textContent.trim() || !seen(e) || isOff(e) || isClipped(e) || e.closest("option, script, style")) continue;
			const range = document.createRange();
			range.selectNodeContents(texts.currentNode);
			if ([...range.getClientRects()].some(r => r.width > 0 && r.height > 0)) judge(e, getComputedStyle(e), texts.currentNode.textContent);
		}
		for (const e of every(fields + ", input[type=submit], input[type=button], input[type=reset]")) {
			if (isOff(e) || isClipped(e) || ["checkbox", "radio", "range", "color", "file"].includes(e.type)) continue;
			if (e.value) judge(e, getComputedStyle(e), String(e.selectedOptions?.[0]?.label ?? e.value));
			else if (e.placeholder) judge(e, getComputedStyle(e, "::placeholder"), e.placeholder);
		}
	};

	for (const [rule, look] of Object.entries({names, structure, width, targets, contrast})) if (rules.includes(rule)) look();
	return found;
})
