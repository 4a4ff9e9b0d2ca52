/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
        {"components":{"responses":{"Error":{"content":{"application/json":{"schema":{"$ref":"#/co\#
        mponents/schemas/Error"}}},"description":"An error with a code, what is wrong and what to\#
         do, in two languages."},"MethodNotAllowed":{"content":{"application/json":{"schema":{"$re\#
        f":"#/components/schemas/Error"}}},"description":"The address does not take the method, `h\#
        ttp.method`.","headers":{"Allow":{"description":"The methods that it takes.","schema":{"ty\#
        pe":"string"}}}},"NotFound":{"content":{"application/json":{"schema":{"$ref":"#/components\#
        /schemas/Error"}}},"description":"There is nothing at the address, `http.not_found`."},"OA\#
        uthError":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas\#
        /OAuthError"},{"$ref":"#/components/schemas/Error"}]}}},"description":"An error of RFC 674\#
        9 or RFC 8628; of the other shape where the message itself was refused, `http.\u2026`."},"\#
        Refused":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},\#
        "description":"The request broke a rule of HTTP or a limit, or came too slowly (`http.head\#
        _timeout`, `http.body_timeout`); the\nconnection is closed. What was sent may not have bee\#
        n taken.\n"},"TooMany":{"content":{"application/json":{"schema":{"$ref":"#/components/sche\#
        mas/Error"}}},"description":"Too many requests of this sign-in are open at once. Nothing w\#
        as taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}\#
        }},"Unavailable":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Er\#
        ror"}}},"description":"Busy, stopping, or the store cannot be read or written. Nothing was\#
         taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}}}\#
        },"schemas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":{"minimum"\#
        :0,"type":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integer"},"Devi\#
        ceAuthorization":{"properties":{"device_code":{"type":"string"},"expires_in":{"type":"inte\#
        ger"},"interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BC\#
        DFGHJKLMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A page under\#
         the server's public address that tells how a code is confirmed.","format":"uri","type":"s\#
        tring"},"verification_uri_complete":{"description":"The same for this code.","format":"uri\#
        ","type":"string"}},"required":["device_code","expires_in","interval","user_code","verific\#
        ation_uri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a-f]{16}\#
        \\.(0|[1-9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":{"advic\#
        e":{"description":"What to do","in English.":null,"type":"string"},"advice_th":{"type":"st\#
        ring"},"code":{"examples":["http.body_too_large"],"type":"string"},"message":{"description\#
        ":"What is wrong","in English.":null,"type":"string"},"message_th":{"type":"string"},"posi\#
        tion":{"description":"The byte of the head or of the body, or the line of a body of lines.\#
        ","minimum":0,"type":"integer"}},"required":["code","message","message_th","advice","advic\#
        e_th"],"type":"object"}},"required":["error"],"type":"object"},"FeedAnswerLine":{"oneOf":[\#
        {"properties":{"from":{"type":"integer"},"status":{"enum":["applied","unchanged","stale"]}\#
        ,"to":{"type":"integer"}},"required":["from","to","status"],"type":"object"},{"properties"\#
        :{"advice":{"type":"string"},"code":{"type":"string"},"line":{"type":"integer"},"member":{\#
        "type":"string"},"message":{"type":"string"},"offset":{"type":"integer"},"status":{"const"\#
        :"refused"}},"required":["line","status","code","message","advice"],"type":"object"},{"pro\#
        perties":{"applied":{"type":"integer"},"lines":{"type":"integer"},"refused":{"type":"integ\#
        er"},"stale":{"type":"integer"},"status":{"const":"done"},"unchanged":{"type":"integer"}},\#
        "required":["status","lines","applied","unchanged","stale","refused"],"type":"object"},{"$\#
        ref":"#/components/schemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false,"oneOf\#
        ":[{"required":["body"]},{"required":["deleted"]}],"properties":{"agency":{"$ref":"#/compo\#
        nents/schemas/Identifier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"integer"\#
        },"body":{"type":"object"},"deleted":{"const":1},"id":{"$ref":"#/components/schemas/Identi\#
        fier"},"pid":{"pattern":"^[0-9]{13}$","type":"string"},"source_version":{"minimum":1,"type\#
        ":"integer"},"subject":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":"#/compo\#
        nents/schemas/Identifier"}},"required":["table","id","as_of","source_version"],"type":"obj\#
        ect"},"FeedStopped":{"properties":{"advice":{"type":"string"},"code":{"enum":["server.busy\#
        ","server.storage"]},"message":{"type":"string"},"status":{"const":"stopped"}},"required":\#
        ["status","code","message","advice"],"type":"object"},"Hashes":{"description":"Ascending,\#
         none twice.","items":{"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifier":{"p\#
        attern":"^[A-Za-z0-9_.:-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16}$","ty\#
        pe":"string"},"Mutation":{"properties":{"chain":{"$ref":"#/components/schemas/Link"},"fram\#
        e":{"const":"mutation"},"mid":{"minimum":1,"type":"integer"},"operations":{"items":{"$ref"\#
        :"#/components/schemas/Operation"},"maxItems":64,"type":"array"},"schema":{"minimum":0,"ty\#
        pe":"integer"},"time":{"$ref":"#/components/schemas/Time"}},"required":["frame","mid","tim\#
        e","schema","chain","operations"],"type":"object"},"OAuthError":{"properties":{"error":{"e\#
        num":["authorization_pending","access_denied","expired_token","invalid_grant","invalid_req\#
        uest","unsupported_grant_type"]},"error_description":{"type":"string"}},"required":["error\#
        "],"type":"object"},"Operation":{"properties":{"do":{"enum":["create","delete","set","rais\#
        e","mark","add","remove","increment","write","submit"]},"dots":{"items":{"$ref":"#/compone\#
        nts/schemas/Dot"},"maxItems":1024,"type":"array"},"field":{"$ref":"#/components/schemas/Id\#
        entifier"},"id":{"$ref":"#/components/schemas/Identifier"},"number":{"description":"For ra\#
        ise and increment.","type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"},"\#
        text":{"description":"For add, remove and write.","type":"string"},"value":{"description":\#
        "For set and submit."}},"required":["do","table","id"],"type":"object"},"Parts":{"items":{\#
        "properties":{"count":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/sc\#
        hemas/Sum"}},"required":["count","sum"],"type":"object"},"type":"array"},"Push":{"properti\#
        es":{"base_chain":{"$ref":"#/components/schemas/Link"},"frame":{"const":"push"}},"required\#
        ":["frame","base_chain"],"type":"object"},"ReconcileRequestFrame":{"description":"One line\#
         of a request for repair; the first is `reconcile`.","oneOf":[{"properties":{"bytes_max":{\#
        "default":262144,"minimum":0,"type":"integer"},"frame":{"const":"reconcile"},"goes_on":{"d\#
        efault":0,"enum":[0,1]},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["\#
        frame"],"type":"object"},{"properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/comp\#
        onents/schemas/Depth"},"frame":{"const":"sums"},"low":{"$ref":"#/components/schemas/Link"}\#
        ,"parts":{"$ref":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"in\#
        teger"}},"required":["frame","bucket","split","parts"],"type":"object"},{"properties":{"bu\#
        cket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"it\#
        ems"},"hashes":{"$ref":"#/components/schemas/Hashes"},"low":{"$ref":"#/components/schemas/\#
        Link"}},"required":["frame","bucket","hashes"],"type":"object"}]},"RequestFrame":{"descrip\#
        tion":"One line of a request.","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref":"#/co\#
        mponents/schemas/Push"},{"$ref":"#/components/schemas/Mutation"}]},"ResponseFrame":{"descr\#
        iption":"One line of an answer.","oneOf":[{"properties":{"frame":{"const":"hello"},"magic"\#
        :{"const":"TRS1"},"server_ms":{"type":"integer"}},"required":["frame","magic","server_ms"]\#
        ,"type":"object"},{"properties":{"ahead":{"$ref":"#/components/schemas/Count"},"bucket":{"\#
        type":"string"},"count":{"$ref":"#/components/schemas/Count"},"epoch":{"$ref":"#/component\#
        s/schemas/Count"},"frame":{"const":"bucket"},"head":{"$ref":"#/components/schemas/Count"},\#
        "lease_until":{"$ref":"#/components/schemas/Count"},"priority":{"$ref":"#/components/schem\#
        as/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","bucket","epoch"\#
        ,"head","count","sum","priority","lease_until","ahead"],"type":"object"},{"properties":{"b\#
        ucket":{"type":"string"},"frame":{"const":"bucket_gone"}},"required":["frame","bucket"],"t\#
        ype":"object"},{"properties":{"as_of":{"type":"integer"},"body":{"type":"object"},"bucket"\#
        :{"type":"string"},"frame":{"const":"row"},"id":{"$ref":"#/components/schemas/Identifier"}\#
        ,"owner":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Co\#
        unt"},"source_version":{"type":"integer"},"table":{"$ref":"#/components/schemas/Identifier\#
        "}},"required":["frame","bucket","table","id","owner","rev","as_of","source_version","body\#
        "],"type":"object"},{"properties":{"bucket":{"type":"string"},"frame":{"const":"tombstone"\#
        },"id":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Coun\#
        t"},"table":{"$ref":"#/components/schemas/Identifier"}},"required":["frame","bucket","tabl\#
        e","id","rev"],"type":"object"},{"properties":{"code":{"type":"string"},"detail":{"type":"\#
        string"},"first":{"$ref":"#/components/schemas/Count"},"frame":{"const":"outcomes"},"last"\#
        :{"$ref":"#/components/schemas/Count"},"status":{"enum":["accepted","merged","refused"]}},\#
        "required":["frame","first","last","status","code","detail"],"type":"object"},{"descriptio\#
        n":"An end; more is to come.","properties":{"cursor":{"$ref":"#/components/schemas/Base64U\#
        RL"},"frame":{"const":"page"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":\#
        "#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum"],"type":"object"},{\#
        "description":"An end; the mirror is complete.","properties":{"acked_chain":{"$ref":"#/com\#
        ponents/schemas/Link"},"acked_mid":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":\#
        "#/components/schemas/Base64URL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":"#/comp\#
        onents/schemas/Base64URL"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/c\#
        omponents/schemas/Sum"}},"required":["frame","cursor","rows","sum","acked_mid","acked_chai\#
        n","lineage"],"type":"object"},{"description":"An end without rows.","properties":{"acked_\#
        mid":{"$ref":"#/components/schemas/Count"},"frame":{"enum":["unchanged","pushed"]}},"requi\#
        red":["frame","acked_mid"],"type":"object"},{"description":"An end; compare what is held b\#
        y `/v1/reconcile`, or begin again with an empty cursor.","properties":{"frame":{"const":"r\#
        estart"},"reason":{"enum":["cursor.invalid","cursor.lineage","cursor.floor","cursor.epoch"\#
        ,"cursor.future"]}},"required":["frame","reason"],"type":"object"},{"description":"An end;\#
         the rest of the push was not taken.","properties":{"acked_mid":{"$ref":"#/components/sche\#
        mas/Count"},"code":{"examples":["push.gap","push.forked"],"type":"string"},"frame":{"const\#
        ":"error"},"message":{"type":"string"},"retry_after_ms":{"$ref":"#/components/schemas/Coun\#
        t"}},"required":["frame","code","message","retry_after_ms","acked_mid"],"type":"object"},{\#
        "description":"What the server holds of a range that differs; one of the answers of `/v1/r\#
        econcile`.","properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas\#
        /Depth"},"frame":{"const":"parts"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$r\#
        ef":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"req\#
        uired":["frame","bucket","depth","low","split","parts"],"type":"object"},{"description":"R\#
        ows that the server has not.","properties":{"bucket":{"type":"string"},"frame":{"const":"s\#
        urplus"},"hashes":{"$ref":"#/components/schemas/Hashes"}},"required":["frame","bucket","ha\#
        shes"],"type":"object"},{"description":"The end of an answer of `/v1/reconcile`.","propert\#
        ies":{"answered":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/sche\#
        mas/Base64URL"},"frame":{"const":"reconciled"},"rows":{"$ref":"#/components/schemas/Count"\#
        },"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum","an\#
        swered"],"type":"object"}]},"Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Sync":{"pr\#
        operties":{"bytes_max":{"default":262144,"minimum":0,"type":"integer"},"checkpoint":{"defa\#
        ult":0,"description":"1 asks for a checkpoint also where nothing is new.","enum":[0,1]},"c\#
        ursor":{"$ref":"#/components/schemas/Base64URL"},"frame":{"const":"sync"},"outcomes_seen":\#
        {"default":0,"minimum":0,"type":"integer"},"priority_max":{"default":9,"description":"Not\#
         used yet.","minimum":0,"type":"integer"},"rows_max":{"default":10000,"minimum":0,"type":"\#
        integer"},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type"\#
        :"object"},"Time":{"pattern":"^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens":{"pro\#
        perties":{"access_token":{"pattern":"^tra_","type":"string"},"device_id":{"$ref":"#/compon\#
        ents/schemas/Link","description":"The device that the sign-in named, if it may go on; else\#
         a new one."},"expires_in":{"type":"integer"},"refresh_token":{"pattern":"^trr_","type":"s\#
        tring"},"subject":{"$ref":"#/components/schemas/Identifier"},"token_type":{"const":"Bearer\#
        "}},"required":["access_token","device_id","expires_in","refresh_token","subject","token_t\#
        ype"],"type":"object"}},"securitySchemes":{"agency":{"description":"An agency's key, trk_\#
        \u2026","scheme":"bearer","type":"http"},"device":{"description":"An access token, tra_\u2\#
        026","scheme":"bearer","type":"http"}}},"info":{"description":"The binary form of `/v1/syn\#
        c` and all rules are in protocol.md. Nothing here is planned: it describes what the\nserve\#
        r answers now.\n\nAny other address is answered 404 (`#/components/responses/NotFound`). B\#
        efore an address is looked at, a message that\nbreaks a rule of HTTP is refused with 400,\#
         408, 413, 414, 417, 431, 501, 503 or 505, and the connection is closed.\n`HEAD` is answer\#
        ed where `GET` is, but for `/v1/live`.\n","license":{"identifier":"Apache-2.0","name":"Apa\#
        che-2.0"},"summary":"What is JSON in the sync server's interface.","title":"TangRat Sync",\#
        "version":"0.1.0"},"openapi":"3.1.0","paths":{"/.well-known/oauth-authorization-server":{"\#
        get":{"operationId":"authorisationMetadata","responses":{"200":{"content":{"application/js\#
        on":{"schema":{"properties":{"device_authorization_endpoint":{"format":"uri","type":"strin\#
        g"},"grant_types_supported":{"items":{"type":"string"},"type":"array"},"issuer":{"format":\#
        "uri","type":"string"},"response_types_supported":{"items":{"type":"string"},"maxItems":0,\#
        "type":"array"},"revocation_endpoint":{"format":"uri","type":"string"},"revocation_endpoin\#
        t_auth_methods_supported":{"items":{"const":"none"},"type":"array"},"service_documentation\#
        ":{"format":"uri","type":"string"},"token_endpoint":{"format":"uri","type":"string"},"toke\#
        n_endpoint_auth_methods_supported":{"items":{"const":"none"},"type":"array"}},"required":[\#
        "issuer","token_endpoint","device_authorization_endpoint","revocation_endpoint","grant_typ\#
        es_supported","response_types_supported"],"type":"object"}}},"description":"The addresses,\#
         under the server's public address, and the ways to sign in."},"400":{"$ref":"#/components\#
        /responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":\#
        "#/components/responses/Refused"}},"security":[],"summary":"What a program must know to si\#
        gn a device in (RFC 8414).","tags":["sign-in"]}},"/device":{"get":{"operationId":"verifica\#
        tion","responses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"descriptio\#
        n":"Without a form or a script. It says nothing about any code."},"400":{"$ref":"#/compone\#
        nts/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$re\#
        f":"#/components/responses/Refused"}},"security":[],"summary":"A page for people that tell\#
        s how a sign-in is confirmed.","tags":["sign-in"]}},"/device/{user_code}":{"get":{"operati\#
        onId":"verificationOfCode","parameters":[{"in":"path","name":"user_code","required":true,"\#
        schema":{"type":"string"}}],"responses":{"200":{"content":{"text/html":{"schema":{"type":"\#
        string"}}},"description":"As without a code."},"400":{"$ref":"#/components/responses/Error\#
        "},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/re\#
        sponses/Refused"}},"security":[],"summary":"The same page for one code.","tags":["sign-in"\#
        ]}},"/healthz":{"get":{"operationId":"health","responses":{"200":{"content":{"application/\#
        json":{"schema":{"properties":{"status":{"const":"ok"}},"type":"object"}}},"description":"\#
        It does."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/respo\#
        nses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":[],"su\#
        mmary":"Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"operatio\#
        nId":"metrics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"\#
        description":"No counter names a person."},"400":{"$ref":"#/components/responses/Error"},"\#
        405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respon\#
        ses/Refused"}},"security":[],"summary":"Counters in the text format of Prometheus.","tags"\#
        :["operations"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200":{"con\#
        tent":{"application/json":{"schema":{"required":["openapi","info","paths"],"type":"object"\#
        }}},"description":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405":{"$r\#
        ef":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refus\#
        ed"}},"security":[],"summary":"This document, as JSON.","tags":["operations"]}},"/readyz":\#
        {"get":{"operationId":"ready","responses":{"200":{"content":{"application/json":{"schema":\#
        {"properties":{"status":{"const":"ready"}},"type":"object"}}},"description":"They are."},"\#
        400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodN\#
        otAllowed"},"408":{"$ref":"#/components/responses/Refused"},"503":{"$ref":"#/components/re\#
        sponses/Unavailable"}},"security":[],"summary":"Whether requests are taken.","tags":["oper\#
        ations"]}},"/v1/agency/records":{"post":{"operationId":"feed","requestBody":{"content":{"a\#
        pplication/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedLine"}}},"required":true}\#
        ,"responses":{"200":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/sch\#
        emas/FeedAnswerLine"}}},"description":"Lines as the feed is taken; the last one has the st\#
        atus `done`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/r\#
        esponses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#\#
        /components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref\#
        ":"#/components/responses/Unavailable"}},"security":[{"agency":[]}],"summary":"Takes an ag\#
        ency's rows, of any number.","tags":["feed"]}},"/v1/devices":{"get":{"operationId":"listDe\#
        vices","responses":{"200":{"content":{"application/json":{"schema":{"properties":{"devices\#
        ":{"items":{"properties":{"added_ms":{"description":"When it signed in.","format":"int64",\#
        "type":"integer"},"current":{"description":"Whether it is the one that asks.","enum":[0,1]\#
        },"device_id":{"$ref":"#/components/schemas/Link"},"name":{"description":"What it called i\#
        tself.","type":"string"},"wrote_ms":{"description":"When it last wrote; 0 if never.","form\#
        at":"int64","type":"integer"}},"required":["added_ms","current","device_id","name","wrote_\#
        ms"],"type":"object"},"maxItems":100,"type":"array"}},"required":["devices"],"type":"objec\#
        t"}}},"description":"At most 100."},"400":{"$ref":"#/components/responses/Error"},"401":{"\#
        $ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllow\#
        ed"},"408":{"$ref":"#/components/responses/Refused"},"429":{"$ref":"#/components/responses\#
        /TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}]\#
        ,"summary":"The devices of the person who asks, whose rights have not ended, the newest fi\#
        rst.","tags":["sign-in"]}},"/v1/devices/end":{"post":{"operationId":"endDevice","requestBo\#
        dy":{"content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"device":{"pa\#
        ttern":"^[0-9a-f]{16}$","type":"string"}},"required":["device"],"type":"object"}}},"requir\#
        ed":true},"responses":{"200":{"content":{"application/json":{"schema":{"properties":{"ende\#
        d":{"enum":[0,1]}},"required":["ended"],"type":"object"}}},"description":"Whether it is on\#
        e of the person's, and has no rights now. A device of somebody else is answered like one t\#
        hat\nis not known.\n"},"400":{"$ref":"#/components/responses/OAuthError"},"401":{"$ref":"#\#
        /components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"40\#
        8":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused\#
        "},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/Too\#
        Many"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}],"su\#
        mmary":"Ends the rights of a device of the same person.","tags":["sign-in"]}},"/v1/devices\#
        /replace":{"post":{"operationId":"replaceDevice","requestBody":{"content":{"application/x-\#
        www-form-urlencoded":{"schema":{"properties":{"after":{"format":"int64","minimum":0,"type"\#
        :"integer"},"device":{"pattern":"^[0-9a-f]{16}$","type":"string"}},"required":["device","a\#
        fter"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/jso\#
        n":{"schema":{"properties":{"chains":{"pattern":"^([0-9a-f]{16}){0,1000}$","type":"string"\#
        },"last":{"format":"int64","type":"integer"},"took_effect":{"pattern":"^[01]{0,1000}$","ty\#
        pe":"string"}},"required":["chains","last","took_effect"],"type":"object"}}},"description"\#
        :"What the device did after that mutation; nothing of a device that is not known."},"400":\#
        {"$ref":"#/components/responses/OAuthError"},"401":{"$ref":"#/components/responses/Error"}\#
        ,"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/resp\#
        onses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/component\#
        s/responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/compo\#
        nents/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Ends the rights of a\#
         device of the same person, and tells which of its writes were taken.","tags":["sign-in"]}\#
        },"/v1/live":{"get":{"operationId":"live","responses":{"200":{"content":{"text/event-strea\#
        m":{"schema":{"type":"string"}}},"description":"Events `moved` and `revoked`; a comment ev\#
        ery 25 s."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/resp\#
        onses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/co\#
        mponents/responses/Refused"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref"\#
        :"#/components/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Says when so\#
        mething moved.","tags":["sync"]}},"/v1/oauth/decision":{"post":{"description":"Answered 40\#
        4 unless an identity provider is configured. The assertion proves itself; see section 3 of\#
         protocol.md.\n","operationId":"decideSignIn","requestBody":{"content":{"application/x-www\#
        -form-urlencoded":{"schema":{"properties":{"assertion":{"description":"A compact JWS with\#
         HS256.","type":"string"}},"required":["assertion"],"type":"object"}}},"required":true},"r\#
        esponses":{"200":{"content":{"application/json":{"schema":{"properties":{"device_name":{"d\#
        escription":"What the device calls itself.","type":"string"}},"required":["device_name"],"\#
        type":"object"}}},"description":"Done, once."},"400":{"$ref":"#/components/responses/Error\#
        "},"404":{"$ref":"#/components/responses/NotFound"},"405":{"$ref":"#/components/responses/\#
        MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/compon\#
        ents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/co\#
        mponents/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"securit\#
        y":[],"summary":"What a person has decided about a sign-in, from the gateway of an identit\#
        y provider.","tags":["sign-in"]}},"/v1/oauth/device_authorization":{"post":{"operationId":\#
        "beginSignIn","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"pr\#
        operties":{"client_id":{"minLength":1,"type":"string"},"device_id":{"$ref":"#/components/s\#
        chemas/Link","description":"The device that this one has been."},"device_name":{"descripti\#
        on":"Cut to 80 bytes.","type":"string"}},"required":["client_id"],"type":"object"}}},"requ\#
        ired":true},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/compone\#
        nts/schemas/DeviceAuthorization"}}},"description":"A code to show to the person."},"400":{\#
        "$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNo\#
        tAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/res\#
        ponses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components\#
        /responses/Unavailable"}},"security":[],"summary":"Begins a sign-in (RFC 8628).","tags":["\#
        sign-in"]}},"/v1/oauth/revoke":{"post":{"operationId":"revokeToken","requestBody":{"conten\#
        t":{"application/x-www-form-urlencoded":{"schema":{"properties":{"token":{"type":"string"}\#
        },"required":["token"],"type":"object"}}},"required":true},"responses":{"200":{"content":{\#
        "application/json":{"schema":{"maxProperties":0,"type":"object"}}},"description":"Done; an\#
         unknown token is answered in the same way."},"400":{"$ref":"#/components/responses/OAuthE\#
        rror"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/component\#
        s/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/com\#
        ponents/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":\#
        [],"summary":"Ends the rights of the device that holds a token (RFC 7009).","tags":["sign-\#
        in"]}},"/v1/oauth/token":{"post":{"operationId":"exchangeToken","requestBody":{"content":{\#
        "application/x-www-form-urlencoded":{"schema":{"oneOf":[{"properties":{"device_code":{"typ\#
        e":"string"},"grant_type":{"const":"urn:ietf:params:oauth:grant-type:device_code"}},"requi\#
        red":["grant_type","device_code"],"type":"object"},{"properties":{"grant_type":{"const":"r\#
        efresh_token"},"refresh_token":{"type":"string"}},"required":["grant_type","refresh_token"\#
        ],"type":"object"}]}}},"required":true},"responses":{"200":{"content":{"application/json":\#
        {"schema":{"$ref":"#/components/schemas/Tokens"}}},"description":"Tokens. Both are new, al\#
        so after a refresh."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/\#
        components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"4\#
        13":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"\#
        },"503":{"$ref":"#/components/responses/Unavailable"}},"security":[],"summary":"Exchanges\#
         a device code or a refresh token for tokens.","tags":["sign-in"]}},"/v1/reconcile":{"post\#
        ":{"description":"One frame a line, as for `/v1/sync`: a `reconcile` and claims go up; wha\#
        t differs comes down. See section 19 of\nprotocol.md.\n","operationId":"reconcile","reques\#
        tBody":{"content":{"application/json":{"examples":{"first":{"summary":"Where to begin; cla\#
        ims follow, one a line.","value":{"frame":"reconcile"}}},"schema":{"$ref":"#/components/sc\#
        hemas/ReconcileRequestFrame"}},"application/vnd.tangrat.sync":{}},"required":true},"respon\#
        ses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Respons\#
        eFrame"}},"application/vnd.tangrat.sync":{}},"description":"Frames, one a line, from `hell\#
        o` to `reconciled` or `error`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$re\#
        f":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"\#
        },"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Re\#
        fused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/response\#
        s/TooMany"},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/resp\#
        onses/Unavailable"}},"security":[{"device":[]}],"summary":"Compares what a device holds wi\#
        th the server, as JSON lines.","tags":["sync"]}},"/v1/sync":{"post":{"description":"One fr\#
        ame a line. The binary form has the media type `application/vnd.tangrat.sync`. With a bina\#
        ry request,\n`Accept: application/json` asks for lines in the answer.\n","operationId":"sy\#
        nc","requestBody":{"content":{"application/json":{"examples":{"first":{"summary":"A first\#
         sync.","value":{"frame":"sync"}}},"schema":{"$ref":"#/components/schemas/RequestFrame"}},\#
        "application/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"applic\#
        ation/json":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tang\#
        rat.sync":{}},"description":"Frames, one a line, from `hello` to exactly one end. A short\#
         binary answer has no `Content-Type`.\n"},"400":{"$ref":"#/components/responses/Error"},"4\#
        01":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNo\#
        tAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/res\#
        ponses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components\#
        /responses/TooMany"},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/compon\#
        ents/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Pushes writes and pull\#
        s rows, as JSON lines.","tags":["sync"]}}},"servers":[{"description":"A server on this mac\#
        hine. Elsewhere it stands behind a TLS proxy.","url":"http://127.0.0.1:8470"}],"tags":[{"n\#
        ame":"sign-in"},{"name":"sync"},{"name":"feed"},{"name":"operations"}]}
        """#
}
